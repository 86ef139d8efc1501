using System.Collections.Concurrent;
using System.Globalization;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// All promises together: operations that an engine batches must behave as if each had come alone.
/// </summary>
internal sealed class Concurrency(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task Five_hundred_concurrent_writes_are_all_stored()
    {
        var names = Enumerable.Range(0, 500).Select(number => number.ToString("D3", CultureInfo.InvariantCulture))
            .ToList();

        var revisions = await AtOnce(500, number => Write(names[number], $"value of {names[number]}"));

        var entries = await List(pageSize: 64);
        Assert.That(Pairs(entries), Is.EqualTo(names.Select(name => $"{name}=value of {name}")));
        Assert.That(entries.Select(entry => entry.ModRevision), Is.EqualTo(revisions));
        Assert.That(entries.Select(entry => entry.Version), Is.All.EqualTo(1));
    }

    [Test]
    public async Task Five_hundred_concurrent_reads_get_each_its_own_key()
    {
        await AtOnce(100, number => Write($"{number}", $"value of {number}"));

        var read = await AtOnce(500, number => Get($"{number % 125}"));

        Assert.That(
            read.Select(Text),
            Is.EqualTo(Enumerable.Range(0, 500).Select(n => n % 125 < 100 ? $"value of {n % 125}" : "(none)")));
    }

    [Test]
    public async Task A_writer_reads_its_own_writes()
    {
        var stale = new ConcurrentBag<string>();

        await AtOnce(32, async worker =>
        {
            for (var i = 0; i < 20; i++)
            {
                var revision = await Write($"{worker}", $"{i}");
                var read = await Store.Get(Key($"{worker}"), ReadConsistency.Linearizable, Enough);
                if (Text(read.Entry) != $"{i}" || read.Entry!.ModRevision != revision || read.Revision < revision)
                    stale.Add($"{worker} wrote {i} at {revision} and read {Text(read.Entry)} at {read.Revision}");
            }
        });

        Assert.That(stale, Is.Empty);
    }

    [Test]
    public async Task Of_the_writers_that_saw_one_revision_exactly_one_wins()
    {
        const int WinsEach = 15;
        var wins = new ConcurrentBag<long>();
        var beaten = new ConcurrentBag<long>();

        await AtOnce(8, async worker =>
        {
            var seen = 0L;
            for (var won = 0; won < WinsEach;)
            {
                var result = await Commit(
                    [Compare.ModRevision(Key("key"), CompareRelation.Equal, seen)],
                    [Put("key", $"{worker}/{won}")],
                    [Read("key")]);
                if (result.Succeeded)
                {
                    wins.Add(result.Revision);
                    beaten.Add(seen);
                    won++;
                }
                seen = result.Succeeded ? result.Revision : result.Results[0].Entries[0].ModRevision;
            }
        });

        var entry = await Get("key");
        Assert.That(entry!.Version, Is.EqualTo(8 * WinsEach));
        Assert.That(wins, Is.Unique);
        Assert.That(entry.ModRevision, Is.EqualTo(wins.Max()));
        // Each write replaces the one before it: no revision is replaced twice, and only the last one remains.
        Assert.That(beaten.Order(), Is.EqualTo(wins.Order().SkipLast(1).Prepend(0)));
    }

    [Test]
    public async Task Of_many_concurrent_creates_of_one_key_exactly_one_succeeds()
    {
        var results = await AtOnce(100, number =>
            Commit([Compare.Absent(Key("key"))], [Put("key", $"{number}")], [Read("key")]));

        var winner = Array.FindIndex(results, result => result.Succeeded);
        Assert.That(results.Count(result => result.Succeeded), Is.EqualTo(1));
        Assert.That(Text(await Get("key")), Is.EqualTo($"{winner}"));
        Assert.That(
            results.Where(result => !result.Succeeded).Select(result => Text(result.Results[0].Entries.Single())),
            Is.All.EqualTo($"{winner}"));
    }

    [Test]
    public async Task Of_many_concurrent_deletes_of_one_key_exactly_one_succeeds()
    {
        await Write("key", "value");

        var results = await AtOnce(50, _ => Commit(Delete("key")));

        Assert.That(results.Sum(result => result.Results[0].Deleted), Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_condition_fails_no_other_transaction()
    {
        await Write("taken", "value");

        var results = await AtOnce(200, number =>
            number % 3 == 0
                ? Commit([Compare.Absent(Key("taken"))], [Put($"{number:D3}", "lost")])
                : Commit([Compare.Exists(Key("taken"))], [Put($"{number:D3}", "won")]));

        var won = Enumerable.Range(0, 200).Where(number => number % 3 != 0).ToList();
        Assert.That(
            results.Select((result, number) => (result, number)).Where(each => each.result.Succeeded)
                .Select(each => each.number),
            Is.EqualTo(won));
        Assert.That(
            await Listed(),
            Is.EqualTo(won.Select(number => $"{number:D3}=won").Append("taken=value")));
    }

    [Test]
    public async Task Concurrent_writes_of_one_key_are_all_counted()
    {
        var revisions = await AtOnce(100, number => Write("key", $"{number}"));

        var entry = await Get("key");
        Assert.That(revisions, Is.Unique);
        Assert.That(entry!.Version, Is.EqualTo(100));
        Assert.That(Text(entry), Is.EqualTo($"{Array.IndexOf(revisions, revisions.Max())}"));
    }

    [Test]
    public async Task No_reader_sees_half_a_transaction()
    {
        await Commit(Put("a", "0"), Put("b", "0"));
        using var done = new CancellationTokenSource();
        var torn = new ConcurrentBag<string>();

        var writers = AtOnce(4, async worker =>
        {
            for (var i = 0; i < 50; i++)
                await Commit(Put("a", $"{worker}/{i}"), Put("b", $"{worker}/{i}"));
        });
        var readers = AtOnce(4, async reader =>
        {
            while (!done.IsCancellationRequested)
            {
                var entries = reader % 2 == 0
                    ? await List()
                    : (await Commit(Read("a"), Read("b"))).Results.SelectMany(result => result.Entries).ToList();
                if (entries.Count != 2 || Text(entries[0]) != Text(entries[1]))
                    torn.Add(string.Join(' ', Pairs(entries)));
            }
        });
        await writers;
        await done.CancelAsync();
        await readers;

        Assert.That(torn, Is.Empty);
    }

    [Test]
    public async Task No_read_returns_a_revision_before_an_acknowledged_one()
    {
        await Commit(Put("a", "0"), Put("b", "0"));
        using var done = new CancellationTokenSource();
        var backwards = new ConcurrentBag<string>();
        async Task Check(string by, long revision)
        {
            if (await CurrentRevision() is var next && next < revision)
                backwards.Add($"{by} reported {revision}, then a read of {next}");
        }

        var watching = AtOnce(2, async _ =>
        {
            try
            {
                await foreach (var set in Store.Watch(Everything, await CurrentRevision(), done.Token))
                    await Check("a watch", set.Revision);
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        });
        var reading = AtOnce(2, async reader =>
        {
            while (!done.IsCancellationRequested)
            {
                await Check("a page", (await Store.Range(new RangeQuery(Everything, 1), Enough)).Revision);
                await Check(
                    "a pair", (await Store.GetPair(Key("a"), Key("b"), ReadConsistency.Linearizable, Enough)).Revision);
                await Check("an entry", (await Get("a"))!.ModRevision);
            }
        });
        await AtOnce(4, async worker =>
        {
            for (var i = 0; i < 100; i++)
                await Write("a", $"{worker}/{i}");
        });
        await done.CancelAsync();
        await Task.WhenAll(watching, reading);

        Assert.That(backwards, Is.Empty);
    }

    [Test]
    public async Task A_caller_that_gives_up_fails_no_other_caller()
    {
        using var impatient = new CancellationTokenSource();

        var commits = Enumerable.Range(0, 200)
            .Select(number => Store.Commit(
                Transaction.Unconditional(Put($"{number:D3}", "value")),
                number % 2 == 0 ? impatient.Token : Enough).AsTask())
            .ToList();
        await impatient.CancelAsync();

        // A cancelled call may or may not have written; every other call has.
        await Task.WhenAll(commits.Where((_, number) => number % 2 == 1));
        var names = (await List()).Select(entry => Name(entry.Key)).ToList();
        Assert.That(
            Enumerable.Range(0, 200).Where(number => number % 2 == 1).Select(number => $"{number:D3}"),
            Is.SubsetOf(names));
        foreach (var commit in commits.Where((_, number) => number % 2 == 0))
            await ((Task)commit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
