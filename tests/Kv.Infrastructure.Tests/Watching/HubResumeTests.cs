using Kv.Domain.KeyValues;
using Kv.Domain.Watching;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>Missed changes, and how they join the new ones.</summary>
internal sealed class HubResumeTests(EngineUnderTest engine) : HubTests(engine)
{
    [Test]
    public async Task Changes_that_the_hub_holds_cost_no_read_of_the_store()
    {
        await using var keeper = await Open();
        var start = await Set("start");
        await Set("missed");
        await Take(keeper, 2);

        await using var watch = await Open(since: start);

        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "missed=v" }));
        Assert.That(Counted.Begun, Is.EqualTo(1));
    }

    [Test]
    public async Task Changes_before_the_hub_are_read_from_the_store_and_join_the_new_ones()
    {
        var start = await Set("start");
        await Set("missed", "1");
        await Set("missed", "2");

        await using var watch = await Open(since: start);
        await Set("live");

        Assert.That(await Take(watch, 3), Is.EqualTo(new[] { "missed=1", "missed=2", "live=v" }));
        Assert.That(
            await watch.Next(TimeSpan.FromMilliseconds(1), Enough), Has.Property(nameof(KeyChangeSet.Changes)).Empty);
        Assert.That(Counted.Open, Is.EqualTo(1), "the past was read");
    }

    [Test]
    public async Task Changes_that_the_hub_no_longer_holds_are_read_from_the_store()
    {
        await using var keeper = await Open();
        var (start, keys) = await Outrun(keeper);

        await using var watch = await Open(since: start);
        await Set("live", "v");

        Assert.That(
            (await Take(watch, keys.Length + 1)).Select(seen => seen.Split('=')[0]), Is.EqualTo(keys.Append("live")));
    }

    [Test]
    public async Task A_reader_that_catches_up_is_not_cut_off_under_many_writes()
    {
        await using var keeper = await Open();
        var (start, keys) = await Outrun(keeper);
        await using var behind = await Open(since: start);
        var first = await Next(behind);

        var (_, again) = await Outrun(keeper);

        Assert.That(first.Changes.Single().Key.Value, Is.EqualTo(keys[0]));
        Assert.That(
            (await Take(behind, keys.Length + again.Length)).Select(seen => seen.Split('=')[0]),
            Is.EqualTo(keys.Skip(1).Append("start").Concat(again)));
        Assert.That(behind.CutOff.IsCompleted, Is.False);
        Assert.That(Counted.Open, Is.EqualTo(1), "between its pages it held none");
    }

    [Test]
    public async Task Each_of_many_watches_that_resume_at_once_receives_all_that_it_missed()
    {
        var start = await Set("start");
        for (var number = 0; number < 5; number++)
            await Set($"k{number}", $"{number}");

        var seen = await Task.WhenAll(Enumerable.Range(0, 300).Select(async number =>
        {
            await using var watch = await Open(KeyPattern.Parse($"k{number % 5}"), start);
            return await Take(watch, 1);
        }));

        Assert.That(
            seen.Select(one => one.Single()),
            Is.EqualTo(Enumerable.Range(0, 300).Select(number => $"k{number % 5}={number % 5}")));
        Assert.That(Hub.Watches, Is.Zero);
    }

    [Test]
    public async Task A_watch_that_is_cut_anywhere_resumes_without_a_gap_or_a_repeat()
    {
        const int writers = 3;
        const int writes = 250;
        var start = await Set("start");
        // More than the hub remembers.
        var filler = new string('v', 30_000);
        var writing = AtOnce(writers, async writer =>
        {
            for (var number = 0; number < writes; number++)
                await Set($"w{writer}", $"{number} {filler}");
        });

        var seen = new List<KeyChanged>();
        var random = new Random(7);
        var position = start;
        try
        {
            while (seen.Count < writers * writes)
            {
                await using var watch = await Open(KeyPattern.Parse("w*"), position);
                for (var takes = random.Next(1, 60); takes > 0 && seen.Count < writers * writes; takes--)
                {
                    var set = await watch.Next(TimeSpan.FromMilliseconds(random.Next(20)), Enough);
                    // The reader was too slow: it resumes at its position.
                    if (set is null)
                        break;
                    seen.AddRange(set.Changes);
                    Assert.That(watch.Position, Is.EqualTo(set.Revision));
                }
                position = watch.Position;
            }
        }
        finally
        {
            // Watches that stay open would disturb the next test.
            await writing;
        }

        for (var writer = 0; writer < writers; writer++)
            Assert.That(
                seen.Where(change => change.Key.Value == $"w{writer}")
                    .Select(change => Short(change).Split('=', ' ')[1]),
                Is.EqualTo(Enumerable.Range(0, writes).Select(number => $"{number}")));
        Assert.That(seen.Select(change => change.Revision), Is.Ordered);
    }

    [Test]
    public async Task A_watch_that_is_closed_while_it_reads_the_past_ends_that_read()
    {
        await using var keeper = await Open();
        var (start, _) = await Outrun(keeper);
        var watch = await Open(since: start);
        await Next(watch);
        Counted.IsSilent = true;
        using var gone = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            while (true)
                await watch.Next(Long, gone.Token);
        });
        await Eventually.Holds(() => Counted.Open == 2, "it continues to read");

        await gone.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        await watch.DisposeAsync().AsTask().WaitAsync(Enough);

        Assert.That((Hub.Watches, Counted.Open), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task While_the_store_is_silent_about_the_past_the_watch_sends_heartbeats()
    {
        await using var keeper = await Open();
        var (start, _) = await Outrun(keeper);
        await using var watch = await Open(since: start);
        Counted.IsSilent = true;

        KeyChangeSet? seen;
        do
            seen = await watch.Next(TimeSpan.FromMilliseconds(50), Enough);
        while (seen!.Changes.Count > 0);

        Assert.That(watch.Position, Is.EqualTo(seen.Revision));
    }
}
