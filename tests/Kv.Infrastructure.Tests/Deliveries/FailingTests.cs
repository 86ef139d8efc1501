using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Tests.Deliveries;

/// <summary>What is noted of a webhook that fails, and when it is enough.</summary>
internal sealed class FailingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(5);

    [Test]
    public void It_takes_many_failures_over_a_long_time()
    {
        var failing = new Failing(DateTimeOffset.UnixEpoch, 10, Limit);

        Assert.That(failing.IsEnough(Limit), Is.True);
        Assert.That((failing with { Failures = 9 }).IsEnough(Limit), Is.False);
        Assert.That((failing with { Seen = Limit - TimeSpan.FromSeconds(1) }).IsEnough(Limit), Is.False);
    }

    [Test]
    public void It_is_read_as_it_is_written()
    {
        var failing = new Failing(
            DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123), 7, TimeSpan.FromMilliseconds(86_400_001));

        Assert.That(Failing.TryRead(failing.Write()), Is.EqualTo(failing));
    }

    [Test]
    public void What_an_earlier_version_wrote_begins_anew() => Assert.That(
        Failing.TryRead("1800000000123"u8),
        Is.EqualTo(new Failing(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123), 1, TimeSpan.Zero)));

    [TestCase("")]
    [TestCase("x")]
    [TestCase("1 2")]
    [TestCase("1 2 -3")]
    [TestCase("1 99999999999 3")]
    [TestCase("1 2 3 4")]
    public void What_is_none_is_passed_over(string text) =>
        Assert.That(Failing.TryRead(System.Text.Encoding.UTF8.GetBytes(text)), Is.Null);
}
