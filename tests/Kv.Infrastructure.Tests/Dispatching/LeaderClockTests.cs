using System.Globalization;
using System.Text;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Dispatching.Leading;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Microsoft.Extensions.Time.Testing;
using StoreEngine = Kv.Infrastructure.Tests.Storage.Contract.StoreEngine;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>A replica finds out how far its clock is off the leader's.</summary>
internal sealed class LeaderClockTests(StoreEngine engine) : StoreContract(engine)
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private KeyLayout _layout = null!;
    private WatcherStatus _status = null!;
    private LeaderClock _clock = null!;

    [SetUp]
    public void Begin()
    {
        _layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"clock/{Guid.NewGuid():N}" });
        _status = new WatcherStatus(new WatchLag(_layout, _time), _time);
        _clock = new LeaderClock(Store, _layout, _status, _time);
    }

    [TearDown]
    public void End()
    {
        _clock.Dispose();
        _status.Dispose();
    }

    [TestCase(0, 0)]
    [TestCase(-20, 20)]
    [TestCase(20, -19)]
    public async Task By_a_cursor_that_was_saved_between_two_looks(int leaderAheadBy, int difference)
    {
        await Save(leaderAheadBy);
        await _clock.Look(Enough);
        await Save(leaderAheadBy);
        _time.Advance(LeaderClock.Interval);

        await _clock.Look(Enough);

        Assert.That(_status.ClockDifference, Is.EqualTo(TimeSpan.FromSeconds(difference)));
    }

    [Test]
    public async Task Not_by_one_that_may_have_been_saved_long_ago()
    {
        await Save(-20);
        await _clock.Look(Enough);
        _time.Advance(LeaderClock.Interval);
        await _clock.Look(Enough);

        Assert.That(_status.ClockDifference, Is.Null);
    }

    [Test]
    public async Task Not_by_one_that_tells_no_time()
    {
        await _clock.Look(Enough);
        await Put("42");
        await _clock.Look(Enough);
        await Put("42 x");
        await _clock.Look(Enough);

        Assert.That(_status.ClockDifference, Is.Null);
    }

    private Task Save(int leaderAheadBy) => Put(string.Create(
        CultureInfo.InvariantCulture, $"42 {_time.GetUtcNow().AddSeconds(leaderAheadBy).ToUnixTimeMilliseconds()}"));

    private async Task Put(string cursor) =>
        await Store.Commit(
            Transaction.Unconditional(new Operation.Put(_layout.WatcherCursor, Encoding.UTF8.GetBytes(cursor))),
            Enough);
}
