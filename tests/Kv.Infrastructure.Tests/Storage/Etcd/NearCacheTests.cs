using System.Globalization;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Reads from memory are as fresh as etcd, even if the watch, the history or the cluster fails.</summary>
[Parallelizable(ParallelScope.Children)]
[CancelAfter(60_000)]
internal sealed class NearCacheTests
{
    private const int Readers = 20;

    [Test]
    public async Task Readers_at_the_same_time_share_a_call_that_reads_no_key()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await store.Put("k/a", "1");
        await Warm(store, etcd, "k/a");

        const int rounds = 20;
        var answers = new List<string>();
        // On a busy machine the watch may be late, and the keys are read.
        await Eventually.Holds(
            async () =>
            {
                var (ranges, transactions) = (await etcd.Ranges(), await etcd.Transactions());
                for (var round = 0; round < rounds; round++)
                    answers.AddRange(await Crowd(store, "k/a"));
                // The first readers, and two that are left over in a round, read the key itself.
                return await etcd.Transactions() - transactions <= rounds
                    && await etcd.Ranges() - ranges < rounds * Readers / 4;
            },
            "the readers share their calls");
        Assert.That(answers, Is.All.EqualTo("1"));
    }

    [Test]
    public void A_read_while_the_store_is_disposed_throws_no_unexpected_exception()
    {
        using var connection = new EtcdConnection(
            new EtcdOptions { Endpoints = [new Uri("http://127.0.0.1:9")] }, TimeProvider.System, NullLogger.Instance);
        var cache = new NearCache(
            connection, EtcdStores.Everything, 1024, TimeProvider.System, Meters.Factory, NullLogger.Instance);

        cache.Dispose();

        Assert.That(() => cache.Find(StoreKey.FromText("k/a")), Is.Null);
    }

    [Test]
    public async Task A_store_that_is_only_written_to_has_no_watch()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        for (var i = 0; i < 20; i++)
            await store.Put("k/a", $"{i}");
        await store.Find("k/a");
        Assert.That(await etcd.Watches(), Is.Zero);

        await Crowd(store, "k/a");
        await Eventually.Holds(async () => await etcd.Watches() == 1, "reads under load begin one");
    }

    [Test]
    public async Task Every_read_sees_the_writes_that_were_acknowledged_before()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await using var other = EtcdStores.Open(etcd);
        await store.Put("k/a", "0");
        await Warm(store, etcd, "k/a");
        var acknowledged = 0;
        var writing = Task.Run(async () =>
        {
            for (var number = 1; number <= 500; number++)
            {
                await other.Put("k/a", $"{number}");
                Volatile.Write(ref acknowledged, number);
                // The revision also rises by changes that the watch does not report.
                if (number % 7 == 0)
                    await other.Put("~outside", "v");
            }
        });
        var stale = new List<string>();
        while (!writing.IsCompleted)
        {
            var least = Volatile.Read(ref acknowledged);
            stale.AddRange((await Crowd(store, "k/a")).Where(
                value => int.Parse(value, CultureInfo.InvariantCulture) < least));
        }
        await writing;

        Assert.That(stale, Is.Empty);
        Assert.That(await Crowd(store, "k/a"), Is.All.EqualTo("500"));
    }

    // etcd takes 128 operations in a transaction. The watch of an old etcd does not reach the revisions of other keys:
    // all of the readers ask etcd.
    [Test]
    public async Task More_readers_than_a_transaction_may_have_are_answered_though_the_watch_is_late()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await using var other = EtcdStores.Open(etcd);
        await store.Put("k/a", "1");
        await Warm(store, etcd, "k/a");
        for (var round = 0; round < 10; round++)
        {
            await other.Put("~outside");
            Assert.That(await Crowd(store, "k/a", 300), Is.All.EqualTo("1"));
        }
    }

    [Test]
    public async Task Each_answer_is_right_at_the_revision_that_it_reports()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(new EtcdOptions
        {
            Endpoints = [etcd.ClientUri],
            // Room for some of the keys: they are cached and evicted all the time.
            NearCacheBytes = 4_000,
        });
        var writing = Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 150; i++)
            {
                var key = $"k/{"abcdefgh"[(i * 3 + worker) % 8]}";
                await (i % 5 == 4 ? store.Delete(key) : store.Put(key, $"{worker}/{i}"));
            }
        })));
        var answers = new HashSet<(long Revision, string Key, string Value)>();
        for (var round = 0; !writing.IsCompleted; round++)
        {
            var pairs = await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => store.GetPair(
                StoreKey.FromText($"k/{"abcdefgh"[(round + reader) % 8]}"),
                StoreKey.FromText($"k/{"abcdefgh"[(round + reader + 1) % 8]}"),
                ReadConsistency.Linearizable, CancellationToken.None).AsTask()));
            for (var reader = 0; reader < Readers; reader++)
            {
                var (pair, at) = (pairs[reader], round + reader);
                answers.Add((pair.Revision, $"k/{"abcdefgh"[at % 8]}", Text(pair.First)));
                answers.Add((pair.Revision, $"k/{"abcdefgh"[(at + 1) % 8]}", Text(pair.Second)));
            }
        }
        await writing;

        var wrong = new List<string>();
        foreach (var (revision, key, value) in answers)
        {
            var then = await store.Range(
                new RangeQuery(KeyRange.Single(StoreKey.FromText(key)), 1, revision), CancellationToken.None);
            if (Text(then.Entries.SingleOrDefault()) is var was && was != value)
                wrong.Add($"{key} at {revision} was {was}, and {value} was answered");
        }
        Assert.That(wrong, Is.Empty);
        Assert.That(answers, Is.Not.Empty);
    }

    [Test]
    public async Task A_transaction_that_only_reads_shows_all_its_keys_at_one_revision_of_the_present()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await using var other = EtcdStores.Open(etcd);
        await store.Do(EtcdStores.PutOf("k/a", "0"), EtcdStores.PutOf("k/b", "0"));
        await Warm(store, etcd, "k/a");
        await Warm(store, etcd, "k/b");
        var both = ("", "");
        await Eventually.Holds(
            async () =>
            {
                var before = await etcd.Transactions();
                both = await Both(store);
                return await etcd.Transactions() == before;
            },
            "it is answered from memory");
        Assert.That(both, Is.EqualTo(("0", "0")));

        var acknowledged = 0;
        var writing = Task.Run(async () =>
        {
            for (var number = 1; number <= 300; number++)
            {
                await other.Do(EtcdStores.PutOf("k/a", $"{number}"), EtcdStores.PutOf("k/b", $"{number}"));
                Volatile.Write(ref acknowledged, number);
            }
        });
        var wrong = new List<string>();
        while (!writing.IsCompleted)
        {
            var least = Volatile.Read(ref acknowledged);
            foreach (var (a, b) in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Both(store))))
                if (a != b || int.Parse(a, CultureInfo.InvariantCulture) < least)
                    wrong.Add($"{a} and {b} after {least}");
        }
        await writing;

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task A_key_is_absent_from_its_deadline_on()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await store.Put("k/a", "v", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2);
        await Warm(store, etcd, "k/a");

        await Eventually.Holds(async () => (await Crowd(store, "k/a")).All(value => value == "(none)"), "it expires");
        Assert.That(await store.Find("k/a"), Is.Null);
    }

    // The history up to the change is compacted meanwhile.
    [Test]
    public async Task A_change_while_its_watch_is_lost_is_seen()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(etcd.Endpoint);
        await using var store = EtcdStores.Open(proxy.Uri);
        await using var other = EtcdStores.Open(etcd);
        await store.Put("k/a", "0");
        for (var number = 1; number <= 3; number++)
        {
            await Warm(store, etcd, "k/a");
            proxy.RefuseConnections();
            proxy.CutConnections();
            await other.Put("k/a", $"{number}");
            await etcd.Compact((await other.Put("k/b")).Revision);
            proxy.Forward();

            Assert.That(await FirstAnswers(store, "k/a"), Is.All.EqualTo($"{number}"));
        }
    }

    [Test]
    public async Task A_read_waits_for_a_hanging_member_no_longer_than_without_the_cache()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = EtcdStores.Open(cluster.ClientUris);
        await store.Put("k/a", "1");
        foreach (var member in cluster.Members)
        {
            await FirstAnswers(store, "k/a");
            member.Pause();
            Assert.That(await FirstAnswers(store, "k/a"), Is.All.EqualTo("1"));
            member.Resume();
        }
    }

    // With the same token the cluster keeps its id. The revision is below the one that was seen, the same, or above it.
    [TestCase("another", 0)]
    [TestCase(null, 0)]
    [TestCase(null, 1)]
    [TestCase(null, 5)]
    public async Task After_a_restore_no_read_returns_the_lost_history(string? token, int written)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(etcd.Endpoint);
        await using var store = EtcdStores.Open(proxy.Uri);
        using var files = new TemporaryDirectory();
        await store.Put("k/a", "kept");
        await etcd.Save(files.File("snapshot"));
        await store.Put("k/a", "lost");
        await Warm(store, etcd, "k/a");
        proxy.RefuseConnections();
        proxy.CutConnections();

        await new[] { etcd }.Restore(files.File("snapshot"), token);
        await using (var other = EtcdStores.Open(etcd))
            for (var i = 0; i < written; i++)
                await other.Put("k/a", "new");
        proxy.Forward();

        Assert.That(await FirstAnswers(store, "k/a"), Is.All.EqualTo(written == 0 ? "kept" : "new"));
    }

    private static async Task<(string A, string B)> Both(EtcdStore store)
    {
        var result = await store.Do(
            new Operation.Read(StoreKey.FromText("k/a")), new Operation.Read(StoreKey.FromText("k/b")));
        return (Text(result.Results[0].Entries.SingleOrDefault()), Text(result.Results[1].Entries.SingleOrDefault()));
    }

    private static async Task<IReadOnlyList<string>> Crowd(EtcdStore store, string key, int readers = Readers)
    {
        var reads = await Task.WhenAll(Enumerable.Range(0, readers).Select(
            _ => store.Get(StoreKey.FromText(key), ReadConsistency.Linearizable, CancellationToken.None).AsTask()));
        return [.. reads.Select(read => Text(read.Entry))];
    }

    // The first answers after a fault. Until Kv is connected again, there are none.
    private static async Task<IReadOnlyList<string>> FirstAnswers(EtcdStore store, string key)
    {
        IReadOnlyList<string> answers = [];
        var errors = new List<Exception>();
        await Eventually.Holds(
            async () =>
            {
                var reads = Enumerable.Range(0, Readers).Select(_ => store.Find(key)).ToList();
                await ((Task)Task.WhenAll(reads)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                errors.AddRange(
                    reads.Where(read => read.IsFaulted).Select(read => read.Exception!.InnerException!));
                answers = [.. reads.Where(read => read.IsCompletedSuccessfully).Select(read => Text(read.Result))];
                return answers.Count > 0;
            },
            "reads are answered again");
        Assert.That(errors, Is.All.InstanceOf<StoreUnavailableException>());
        return answers;
    }

    // The key is in memory once a crowd of readers needs no transaction.
    private static Task Warm(EtcdStore store, EtcdServer etcd, string key) => Eventually.Holds(
        async () =>
        {
            var before = await etcd.Transactions();
            await Crowd(store, key);
            return await etcd.Transactions() == before;
        },
        "reads are answered from memory");

    private static string Text(Entry? entry) => entry is null ? "(none)" : Encoding.UTF8.GetString(entry.Value.Span);
}
