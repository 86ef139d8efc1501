using Kv.Benchmarks.Soak;

namespace Kv.Benchmarks.Tests;

internal sealed class FlatnessTests
{
    private static readonly Tolerance Tolerance = new(Share: 0.1, Amount: 2);

    [Test]
    public void A_line_that_keeps_its_level_is_flat() =>
        Assert.That(Judge(_ => 100).IsFlat, Is.True);

    [Test]
    public void A_line_that_rises_at_first_and_then_keeps_its_level_is_flat() =>
        Assert.That(Judge(i => Math.Min(i, 25)).IsFlat, Is.True);

    [Test]
    public void A_line_that_rises_all_the_time_is_not_flat() =>
        Assert.That(Judge(i => i).IsFlat, Is.False);

    [Test]
    public void A_line_that_falls_is_flat() =>
        Assert.That(Judge(i => 200 - i).IsFlat, Is.True);

    [Test]
    public void A_line_may_rise_by_a_share_and_an_amount()
    {
        Assert.That(Judge(i => i < 75 ? 100 : 112).IsFlat, Is.True);
        Assert.That(Judge(i => i < 75 ? 100 : 113).IsFlat, Is.False);
    }

    [Test]
    public void A_few_high_samples_do_not_count() =>
        Assert.That(Judge(i => i is > 80 and < 90 ? 1000 : 100).IsFlat, Is.True);

    [Test]
    public void Missing_samples_are_ignored() =>
        Assert.That(Judge(i => i % 3 == 0 ? double.NaN : 100).IsFlat, Is.True);

    [Test]
    public void A_line_without_a_measurement_is_not_flat() =>
        Assert.That(Judge(i => i < 75 ? 100 : double.NaN).IsFlat, Is.False);

    private static Flatness Judge(Func<int, double> line) =>
        Flatness.Of([.. Enumerable.Range(0, 100).Select(line)], Tolerance);
}
