using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>
/// etcd is restored from a snapshot while a store is open on it: watches end and locks are lost, instead of waiting for
/// revisions that come again with other content.
/// </summary>
[Parallelizable(ParallelScope.Children)]
[CancelAfter(60_000)]
internal sealed class RestoreTests
{
    private static readonly KeyRange All = KeyRange.Prefix(StoreKey.FromText("k/"));

    // The id of the cluster is computed from the token: with the same token, it stays the same.
    [TestCase("another")]
    [TestCase(null)]
    public async Task A_restore_ends_the_epoch_and_its_watches_and_locks(
        string? token, CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        using var files = new TemporaryDirectory();
        await store.Put("k/a", "kept");
        await etcd.Save(files.File("snapshot"));
        var last = 0L;
        for (var i = 0; i < 20; i++)
            last = (await store.Put("k/a", "lost")).Revision;
        var held = await store.Lock(StoreKey.FromText("lock"), TimeSpan.FromSeconds(10), cancellationToken);
        var watching = Read(store, last + 1, cancellationToken);

        await RestoreOf(etcd, files, token);

        Assert.That(async () => await watching, Throws.TypeOf<StoreRestoredException>());
        Assert.That(store.Epoch.Number, Is.EqualTo(1));
        Assert.That(store.Epoch.Since, Is.LessThan(last));
        Assert.That(await store.Value("k/a"), Is.EqualTo("kept"));
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the lock is lost");
        await held.DisposeAsync();
        await using var again = await store.Lock(
            StoreKey.FromText("lock"), TimeSpan.FromSeconds(10), cancellationToken);
        Assert.That(store.Epoch.Number, Is.EqualTo(1));
    }

    // The revision is as high again as before when the store is asked for the first time, and the id is the same.
    [Test]
    public async Task Another_change_at_the_same_revision_is_noticed(CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(etcd.Endpoint);
        await using var store = EtcdStores.OpenImpatient(proxy.Uri);
        using var files = new TemporaryDirectory();
        await store.Put("k/a", "kept");
        await etcd.Save(files.File("snapshot"));
        var watching = Read(store, 1, cancellationToken, out var seen);
        var before = (await store.Put("k/a", "before")).Revision;
        await Eventually.Holds(() => seen.Contains(before), "the watch has delivered it");
        proxy.RefuseConnections();
        proxy.CutConnections();

        await RestoreOf(etcd, files, token: null);
        await using (var other = EtcdStores.Open(etcd))
            Assert.That((await other.Put("k/a", "after")).Revision, Is.EqualTo(before));
        proxy.Forward();

        Assert.That(async () => await watching, Throws.TypeOf<StoreRestoredException>());
        Assert.That(seen, Has.Exactly(1).EqualTo(before));
    }

    [Test]
    public async Task A_restore_that_raises_the_revision_is_noticed_by_a_key_that_has_gone_back(
        CancellationToken cancellationToken)
    {
        if (!EtcdBackup.CanBumpRevision)
            Assert.Ignore("The tools beside this etcd cannot raise the revision.");
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        using var files = new TemporaryDirectory();
        await store.Put("k/a", "kept");
        await etcd.Save(files.File("snapshot"));
        var watching = Read(store, 1, cancellationToken, out var seen);
        var last = (await store.Put("k/a", "lost")).Revision;
        await Eventually.Holds(() => seen.Contains(last), "the watch has delivered it");

        await RestoreOf(etcd, files, token: null, "--bump-revision", "1000000", "--mark-compacted");

        Assert.That(async () => await watching, Throws.InstanceOf<RevisionCompactedException>());
        Assert.That(store.Epoch.Since, Is.GreaterThan(last + 900_000));
        Assert.That(await store.Value("k/a"), Is.EqualTo("kept"));
    }

    [Test]
    public async Task A_caller_that_waits_for_a_lock_gets_it_after_a_restore(CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var holder = EtcdStores.Open(etcd);
        await using var waiter = EtcdStores.Open(etcd);
        using var files = new TemporaryDirectory();
        var name = StoreKey.FromText("lock");
        var held = await holder.Lock(name, TimeSpan.FromSeconds(10), cancellationToken);
        var waiting = waiter.Lock(name, TimeSpan.FromSeconds(10), cancellationToken);
        await Eventually.Holds(
            async () => await holder.Count(KeyRange.Prefix(StoreKey.FromText("lock/")), 0, cancellationToken) == 2,
            "it waits");
        // Both are in the snapshot, with their leases.
        await etcd.Save(files.File("snapshot"));
        for (var i = 0; i < 20; i++)
            await holder.Put("k/a");

        await RestoreOf(etcd, files, token: null);
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the lock is lost");
        await held.DisposeAsync();

        await using var taken = await waiting;
        Assert.That(
            await waiter.Do(new Transaction([taken.Fence], [EtcdStores.PutOf("k/fenced")])),
            Has.Property("Succeeded").True);
    }

    // Neither a healed partition nor a restart is a restore.
    [Test]
    public async Task A_restart_is_not_taken_for_a_restore(CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        var watching = Read(store, 1, cancellationToken, out var seen);
        var first = (await store.Put("k/a")).Revision;
        await Eventually.Holds(() => seen.Contains(first), "the watch has delivered it");

        await etcd.Restart();
        var second = (await store.Put("k/a")).Revision;

        await Eventually.Holds(() => seen.Contains(second), "the watch has delivered it");
        Assert.That((store.Epoch.Number, watching.IsCompleted), Is.EqualTo((0, false)));
    }

    private static Task RestoreOf(EtcdServer etcd, TemporaryDirectory files, string? token, params string[] options) =>
        new[] { etcd }.Restore(files.File("snapshot"), token, options);

    private static Task Read(EtcdStore store, long from, CancellationToken cancellationToken) =>
        Read(store, from, cancellationToken, out _);

    private static Task Read(
        EtcdStore store, long from, CancellationToken cancellationToken, out IReadOnlyCollection<long> seen)
    {
        var revisions = new System.Collections.Concurrent.ConcurrentQueue<long>();
        seen = revisions;
        return Follow();

        async Task Follow()
        {
            await foreach (var set in store.Watch(All, from, cancellationToken))
                revisions.Enqueue(set.Revision);
        }
    }
}
