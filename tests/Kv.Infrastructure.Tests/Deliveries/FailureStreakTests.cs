using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Tests.Deliveries;

/// <summary>The record of the failures of a webhook, and when they disable it.</summary>
internal sealed class FailureStreakTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(5);

    [Test]
    public void A_webhook_is_disabled_after_many_failures_over_a_long_time()
    {
        var failing = new FailureStreak(DateTimeOffset.UnixEpoch, 10, Limit);

        Assert.That(failing.ShouldDisable(Limit), Is.True);
        Assert.That((failing with { Failures = 9 }).ShouldDisable(Limit), Is.False);
        Assert.That((failing with { Observed = Limit - TimeSpan.FromSeconds(1) }).ShouldDisable(Limit), Is.False);
    }

    [Test]
    public void The_written_form_is_read_back()
    {
        var failing = new FailureStreak(
            DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123), 7, TimeSpan.FromMilliseconds(86_400_001));

        Assert.That(FailureStreak.TryRead(failing.Write()), Is.EqualTo(failing));
    }

    [Test]
    public void A_record_of_an_earlier_version_counts_as_one_failure() => Assert.That(
        FailureStreak.TryRead("1800000000123"u8),
        Is.EqualTo(new FailureStreak(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123), 1, TimeSpan.Zero)));

    [TestCase("")]
    [TestCase("x")]
    [TestCase("1 2")]
    [TestCase("1 2 -3")]
    [TestCase("1 99999999999 3")]
    [TestCase("1 2 3 4")]
    public void A_malformed_record_is_ignored(string text) =>
        Assert.That(FailureStreak.TryRead(System.Text.Encoding.UTF8.GetBytes(text)), Is.Null);
}
