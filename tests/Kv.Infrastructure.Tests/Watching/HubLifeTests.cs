using Kv.Domain.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>When the watch of the store begins and ends, and how a quiet watch advances.</summary>
internal sealed class HubLifeTests(EngineUnderTest engine) : HubTests(engine)
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    protected override TimeProvider Time => _time;

    [Test]
    public async Task It_ends_some_time_after_the_last_watch_has_closed()
    {
        Assert.That(Hub.IsWatching, Is.False);
        var watch = await Open();
        await Eventually.Holds(() => Counted.Begun == 1, "the store is watched");
        _time.Advance(2 * Linger);
        Assert.That(Hub.IsWatching, Is.True);

        await watch.DisposeAsync();
        _time.Advance(Linger - TimeSpan.FromSeconds(1));
        await (await Open()).DisposeAsync();
        _time.Advance(Linger - TimeSpan.FromSeconds(1));
        Assert.That((Hub.IsWatching, Counted.Begun), Is.EqualTo((true, 1)), "a new watch has opened");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(Hub.IsWatching, Is.False);
        await Eventually.Holds(() => Counted.Open == 0, "the store is no longer watched");
    }

    [Test]
    public async Task A_watch_that_opens_while_the_hub_ends_receives_everything()
    {
        for (var round = 0; round < 20; round++)
        {
            await (await Open()).DisposeAsync();
            _time.Advance(Linger);

            await using var watch = await Open();
            await Set("k", $"{round}");

            Assert.That(await Take(watch, 1), Is.EqualTo(new[] { $"k={round}" }));
            Assert.That(watch.CutOff.IsCompleted, Is.False);
        }
    }

    [Test]
    public async Task A_failed_opening_leaves_nothing()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        Assert.That(
            async () => await Feed.Open(Us, All, null, gone.Token), Throws.InstanceOf<OperationCanceledException>());
        Counted.Failure = new StoreUnavailableException("away");
        Assert.That(async () => await Open(), Throws.InstanceOf<StoreUnavailableException>());

        Assert.That(Hub.Watches, Is.Zero);
        _time.Advance(Linger);
        await Eventually.Holds(() => !Hub.IsWatching, "the store is not watched");
    }

    [Test]
    public async Task The_position_of_a_quiet_watch_keeps_up_with_writes_of_other_keys()
    {
        await using var watch = await Open();
        var written = 0L;
        for (var number = 0; number < 5; number++)
            written = (await Commit(Put($"beside/{number}", "v"))).Revision;

        await Eventually.Holds(
            async () =>
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                return (await watch.Next(TimeSpan.FromTicks(1), Enough))!.Revision >= written;
            },
            "it reports the later position");

        await Set("k");
        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "k=v" }));
    }

    [Test]
    public async Task When_the_process_stops_all_watches_end_and_new_ones_end_immediately()
    {
        await using var watch = await Open();
        var waiting = watch.Next(Long, Enough).AsTask();
        Counted.IsSilent = true;
        var start = await CurrentRevision() - 1;

        await BeginStop();

        Assert.That(await waiting.WaitAsync(Enough), Is.Null);
        Assert.That(watch.CutOff.IsCompleted, Is.True);
        await using var late = await Open(since: start);
        Assert.That(late.CutOff.IsCompleted, Is.True);
        Assert.That(await late.Next(Long, Enough), Is.Null);
        Assert.That(late.Position, Is.EqualTo(start), "nothing is skipped");
        Assert.That(Hub.Watches, Is.Zero);
    }
}
