using System.Globalization;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>How much of etcd's history the reads of the past load, and how far back they reach.</summary>
internal sealed class PastReadsTests
{
    [Test]
    public async Task Callers_share_watches_of_etcd()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        var first = (await store.Put("k/a", "1")).Revision;
        var last = (await store.Put("k/b", "2")).Revision;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(number => Changes(store, number % 2 == 0 ? "k/a" : "k/b", first, last)));
        for (var number = 0; number < 10; number++)
            Assert.That(await Changes(store, "k/none", first, last), Is.Empty);

        Assert.That(answers.Where((_, number) => number % 2 == 0), Is.All.EqualTo(new[] { $"{first}: k/a=1" }));
        Assert.That(answers.Where((_, number) => number % 2 == 1), Is.All.EqualTo(new[] { $"{last}: k/b=2" }));
        Assert.That(await WatchesOf(etcd), Is.EqualTo(1));
    }

    [Test]
    public async Task Later_changes_are_added()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        var first = (await store.Put("k/a", "1")).Revision;
        Assert.That(await Changes(store, "k/a", first, first), Has.Count.EqualTo(1));

        for (var number = 0; number < 3; number++)
        {
            var revision = (await store.Put("k/a", $"{number}")).Revision;
            Assert.That(await Changes(store, "k/a", first, revision), Has.Count.EqualTo(number + 2));
        }

        Assert.That(await WatchesOf(etcd), Is.EqualTo(4));
    }

    [Test]
    public async Task Changes_with_too_many_later_ones_are_out_of_reach_without_a_watch()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(
            new EtcdOptions { Endpoints = [etcd.ClientUri], MaxPastRevisions = 10 });
        var first = (await store.Put("k/a", "1")).Revision;
        var last = first;
        for (var number = 0; number < 10; number++)
            last = (await store.Put("k/b", $"{number}")).Revision;

        Assert.That(
            () => Changes(store, "k/a", first, first + 1),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(first)
                .And.Message.EqualTo($"Too many changes follow: only those after revision {first} can be read."));
        Assert.That(await WatchesOf(etcd), Is.Zero);
        Assert.That(await Changes(store, "k/b", first + 1, last), Has.Count.EqualTo(10));
    }

    // The first watch reaches further back than its caller needs, into compacted revisions.
    [Test]
    public async Task Compacted_revisions_before_the_wanted_ones_do_not_matter()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await store.Put("k/a", "1");
        var compacted = (await store.Put("k/a", "2")).Revision;
        var wanted = (await store.Put("k/a", "3")).Revision;
        await etcd.Compact(compacted);

        Assert.That(await Changes(store, "k/a", wanted, wanted), Is.EqualTo(new[] { $"{wanted}: k/a=3" }));
        Assert.That(
            () => Changes(store, "k/a", compacted, wanted),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
    }

    [Test]
    public async Task Changes_after_a_compaction_can_be_read_though_earlier_ones_were_not()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        var first = (await store.Put("k/a", "1")).Revision;
        Assert.That(await Changes(store, "k/a", first, first), Has.Count.EqualTo(1));
        await store.Put("k/a", "2");
        var compacted = (await store.Put("k/a", "3")).Revision;
        var wanted = (await store.Put("k/a", "4")).Revision;
        await etcd.Compact(compacted);

        Assert.That(await Changes(store, "k/a", wanted, wanted), Is.EqualTo(new[] { $"{wanted}: k/a=4" }));
    }

    [Test]
    public async Task A_caller_that_leaves_does_not_end_the_watch_of_the_others()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        var first = (await store.Put("k/a", "1")).Revision;
        using var leaving = new CancellationTokenSource();
        etcd.Pause();
        var left = Changes(store, "k/a", first, first, leaving.Token);
        var stays = Changes(store, "k/a", first, first);

        await leaving.CancelAsync();
        Assert.That(() => left, Throws.InstanceOf<OperationCanceledException>());
        etcd.Resume();

        Assert.That(await stays, Has.Count.EqualTo(1));
    }

    [Test]
    public void The_oldest_names_are_dropped_when_they_take_too_much_memory()
    {
        var name = StoreKey.FromText(new string('n', 1_000));
        var keys = ChangedKeys.StartAt(Epoch.First, 1);
        for (var revision = 0L; revision < 100_000; revision += ChangedKeys.PartSize)
            keys = keys.With(
                Enumerable.Range(1, ChangedKeys.PartSize)
                    .Select(number => new ChangedKey(revision + number, name, IsPut: true)),
                revision + ChangedKeys.PartSize);

        var kept = keys.Of(KeyRange.Single(name), 1, long.MaxValue).ToList();

        Assert.That(keys.IsTrimmed);
        Assert.That(kept[0].Revision, Is.EqualTo(keys.From));
        Assert.That(kept[^1].Revision, Is.EqualTo(keys.Through));
        Assert.That(kept, Has.Count.EqualTo(keys.Through - keys.From + 1));
        Assert.That(kept.Count * 1_000, Is.InRange(16 * 1024 * 1024, 32 * 1024 * 1024));
    }

    private static async Task<List<string>> Changes(
        EtcdStore store, string key, long from, long through, CancellationToken cancellationToken = default)
    {
        var range = KeyRange.Single(StoreKey.FromText(key));
        var seen = new List<string>();
        await foreach (var set in store.Changes(range, from, through, cancellationToken))
            seen.AddRange(set.Changes.Select(
                change => $"{set.Revision}: {change.Key}={Encoding.UTF8.GetString(change.Current!.Value.Span)}"));
        return seen;
    }

    // The number of watch streams that etcd has accepted so far.
    private static async Task<long> WatchesOf(EtcdServer etcd)
    {
        using var http = new HttpClient();
        var line = (await http.GetStringAsync(new Uri(etcd.ClientUri, "/metrics"))).Split('\n').FirstOrDefault(
            line => line.StartsWith("grpc_server_started_total", StringComparison.Ordinal)
                && line.Contains("grpc_method=\"Watch\"", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
