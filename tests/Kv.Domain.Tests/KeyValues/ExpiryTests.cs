using FsCheck;
using FsCheck.Fluent;
using Kv.Domain.KeyValues;

namespace Kv.Domain.Tests.KeyValues;

internal sealed class ExpiryTests
{
    private const long Year = 365L * 24 * 60 * 60;

    private static readonly DateTimeOffset Second = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly Arbitrary<long> Ttls = Gen.Choose(1, (int)Year).Select(ttl => (long)ttl).ToArbitrary();

    private static readonly Arbitrary<DateTimeOffset> Moments = Gen.Choose(0, int.MaxValue)
        .Zip(Gen.Choose(0, (int)TimeSpan.TicksPerSecond - 1), (second, ticks) =>
            DateTimeOffset.FromUnixTimeSeconds(second).AddTicks(ticks))
        .ToArbitrary();

    [Test]
    public void A_key_lives_at_least_its_time_to_live_and_less_than_a_second_longer() =>
        Prop.ForAll(Ttls, Moments, (ttl, now) =>
        {
            var lives = DateTimeOffset.FromUnixTimeSeconds(Expiry.After(ttl, now).ExpireAt) - now;
            return lives >= TimeSpan.FromSeconds(ttl) && lives < TimeSpan.FromSeconds(ttl + 1);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_write_returns_the_requested_time_to_live() =>
        Prop.ForAll(Ttls, Moments, (ttl, now) => Expiry.After(ttl, now).Ttl == ttl).QuickCheckThrowOnFailure();

    [Test]
    public void A_read_at_the_moment_of_the_write_returns_the_same() =>
        Prop.ForAll(Ttls, Moments, (ttl, now) =>
        {
            var written = Expiry.After(ttl, now);
            return Expiry.At(written.ExpireAt, now) == written;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void The_remaining_time_is_at_least_a_second_and_otherwise_never_rounded_up() =>
        Prop.ForAll(Moments, Moments, (expires, now) =>
        {
            var expireAt = expires.ToUnixTimeSeconds();
            var expiry = Expiry.At(expireAt, now);
            var left = DateTimeOffset.FromUnixTimeSeconds(expireAt) - now;
            return expiry.ExpireAt == expireAt
                && expiry.Ttl >= 1
                && (expiry.Ttl == 1 || expiry.Ttl <= left.TotalSeconds + 0.001);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void For_a_moment_known_to_the_second_the_time_to_live_never_exceeds_the_requested_one() =>
        Prop.ForAll(Ttls, Moments, (ttl, now) =>
            Expiry.Within(Expiry.After(ttl, now).ExpireAt, now.ToUnixTimeSeconds()).Ttl is var seen && seen >= 1
                && seen <= ttl)
        .QuickCheckThrowOnFailure();

    [TestCase(0, 10)]
    [TestCase(1, 11)]
    [TestCase(5_000_000, 11)]
    [TestCase(9_999_999, 11)]
    public void The_present_is_rounded_up_to_a_whole_second(int ticks, int later) => Assert.That(
        Expiry.After(10, Second.AddTicks(ticks)).ExpireAt, Is.EqualTo(Second.ToUnixTimeSeconds() + later));

    [Test]
    public void The_offset_of_the_clock_does_not_matter() => Assert.That(
        Expiry.After(10, Second.ToOffset(TimeSpan.FromHours(5.5))), Is.EqualTo(Expiry.After(10, Second)));

    [TestCase(0, 10)]
    [TestCase(1, 9)]
    [TestCase(999, 9)]
    [TestCase(1000, 9)]
    [TestCase(9_999, 1)]
    [TestCase(10_000, 1)]
    [TestCase(60_000, 1)]
    public void The_remaining_time_is_in_whole_seconds(int millisecondsLater, int ttl) => Assert.That(
        Expiry.At(Second.ToUnixTimeSeconds() + 10, Second.AddMilliseconds(millisecondsLater)).Ttl, Is.EqualTo(ttl));
}
