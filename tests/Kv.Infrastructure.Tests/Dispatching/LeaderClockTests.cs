using System.Globalization;
using System.Text;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Dispatching.Leading;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>A replica measures the difference between its clock and the leader's.</summary>
internal sealed class LeaderClockTests(EngineUnderTest engine) : StoreContract(engine)
{
    private FakeTimeProvider _time = null!;
    private KeyLayout _layout = null!;
    private WatcherStatus _status = null!;
    private LeaderClock _clock = null!;

    [SetUp]
    public void Begin()
    {
        _time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        _layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"clock/{Guid.NewGuid():N}" });
        _status = new WatcherStatus(new WatchLag(_layout, Meters.Factory, _time), Meters.Factory, _time);
        _clock = new LeaderClock(Store, _layout, _status, _time);
    }

    [TearDown]
    public void End() => _clock.Dispose();

    [TestCase(0, 0, 0)]
    [TestCase(-20, 0, 20)]
    [TestCase(-20, 700, 20)]
    [TestCase(20, 0, -19)]
    public async Task The_clock_difference_is_known_from_a_cursor_that_was_saved_between_two_reads(
        int leaderAheadBy, int microseconds, int difference)
    {
        _time.Advance(TimeSpan.FromMicroseconds(microseconds));
        await Save(leaderAheadBy);
        await _clock.Check(Enough);
        await Save(leaderAheadBy);
        _time.Advance(LeaderClock.Interval);

        await _clock.Check(Enough);

        Assert.That(_status.ClockDifference, Is.EqualTo(TimeSpan.FromSeconds(difference)));
    }

    [Test]
    public async Task The_clock_difference_is_unknown_from_a_cursor_that_may_be_old()
    {
        await Save(-20);
        await _clock.Check(Enough);
        _time.Advance(LeaderClock.Interval);
        await _clock.Check(Enough);

        Assert.That(_status.ClockDifference, Is.Null);
    }

    [Test]
    public async Task The_clock_difference_is_unknown_from_a_cursor_without_a_time()
    {
        await _clock.Check(Enough);
        await Put("42");
        await _clock.Check(Enough);
        await Put("42 x");
        await _clock.Check(Enough);

        Assert.That(_status.ClockDifference, Is.Null);
    }

    private Task Save(int leaderAheadBy) => Put(string.Create(
        CultureInfo.InvariantCulture, $"42 {_time.GetUtcNow().AddSeconds(leaderAheadBy).ToUnixTimeMilliseconds()}"));

    private async Task Put(string cursor) =>
        await Store.Commit(
            Transaction.Unconditional(new Operation.Put(_layout.WatcherCursor, Encoding.UTF8.GetBytes(cursor))),
            Enough);
}
