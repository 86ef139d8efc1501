using Kv.Domain.Deliveries;

namespace Kv.Domain.Tests.Deliveries;

internal sealed class RetryScheduleTests
{
    private static readonly RetrySchedule Schedule = new([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100)]);

    [Test]
    public void The_default_is_that_of_the_contract() => Assert.That(
        Enumerable.Range(1, 11).Select(
            failures => RetrySchedule.Default.After(failures, null, new Chance(0.5))?.TotalSeconds),
        Is.EqualTo(new double?[] { 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 50_400, 72_000, null }));

    [TestCase(1, 0.0, 8)]
    [TestCase(1, 0.5, 10)]
    [TestCase(1, 0.999999999, 12)]
    [TestCase(2, 0.0, 80)]
    [TestCase(2, 0.999999999, 120)]
    public void A_wait_differs_from_the_schedule_by_at_most_a_fifth(
        int failures, double chance, double seconds) => Assert.That(
        Schedule.After(failures, null, new Chance(chance))!.Value.TotalSeconds, Is.EqualTo(seconds).Within(0.001));

    [TestCase(5, 10)]
    [TestCase(11, 11)]
    public void A_receiver_can_lengthen_the_wait_and_not_shorten_it(int asked, int seconds) => Assert.That(
        Schedule.After(1, TimeSpan.FromSeconds(asked), new Chance(0.5)), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [Test]
    public void After_the_last_attempt_no_wait_follows_even_if_the_receiver_asks_for_one()
    {
        Assert.That(Schedule.After(3, null, Random.Shared), Is.Null);
        Assert.That(Schedule.After(3, TimeSpan.FromSeconds(1), Random.Shared), Is.Null);
    }
}
