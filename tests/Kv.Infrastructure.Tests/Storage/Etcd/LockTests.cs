using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Locks among several who use one etcd, and what becomes of them when it goes away.</summary>
[CancelAfter(60_000)]
internal sealed class LockTests
{
    private static readonly StoreKey Name = StoreKey.Of("/locks/watcher");
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private static CancellationToken Enough => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task It_passes_from_one_that_vanished_to_another_once_its_lease_is_over()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var vanished = EtcdStores.OpenImpatient(proxy.Uri);
        await using var other = EtcdStores.Open(server.ClientUri);
        await using var first = await vanished.Lock(Name, Short, Enough);
        var waiting = other.Lock(Name, Short, Enough);
        proxy.CutConnections();
        proxy.BlackHole();

        await using var second = await waiting;
        Assert.That(await Writes(other, first.Fence), Is.False, "the fence of the one that vanished");
        Assert.That(await Writes(other, second.Fence), Is.True);
        await Eventually.Holds(() => first.Lost.IsCancellationRequested, "the one that vanished knows");
    }

    [Test]
    public async Task A_lease_that_was_revoked_is_noticed()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server.ClientUri);
        await using var held = await store.Lock(Name, Short, Enough);
        var page = await store.Range(new RangeQuery(KeyRange.Prefix(StoreKey.Of($"{Name}/")), 10), Enough);
        var lease = Convert.ToInt64(page.Entries.Single().Key.ToString().Split('/')[^1], 16);
        await server.Call("lease/revoke", new Dictionary<string, long> { ["ID"] = lease });

        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is told");
        Assert.That(await Writes(store, held.Fence), Is.False);
    }

    [Test]
    public async Task It_outlives_a_restart_of_etcd()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server.ClientUri);
        await using var held = await store.Lock(Name, Long, Enough);
        await server.Restart();

        await Eventually.Holds(() => Writes(store, held.Fence), "the fence holds");
        Assert.That(held.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task It_is_lost_when_etcd_is_away_for_longer_than_its_time()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        await using var held = await store.Lock(Name, Short, Enough);
        server.Kill();

        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is told without etcd");
    }

    [Test]
    public async Task It_waits_for_a_holder_that_simple_golang_kv_put_there()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server.ClientUri);
        // Its watcher's session: a key under the lock's name, with a lease's id for a name.
        var theirs = StoreKey.Of($"{Name}/694d8f2b1c3a4e05");
        await store.Commit(Transaction.Of(new Operation.Put(theirs, ReadOnlyMemory<byte>.Empty)), Enough);
        var waiting = store.Lock(Name, Short, Enough);
        await Eventually.Holds(
            async () => await store.Count(KeyRange.Prefix(StoreKey.Of($"{Name}/")), 0, Enough) == 2, "it stands in the queue");

        Assert.That(waiting.IsCompleted, Is.False);
        await store.Commit(Transaction.Of(new Operation.Delete(theirs)), Enough);
        await using var held = await waiting;
        Assert.That(await Writes(store, held.Fence), Is.True);
    }

    private static async Task<bool> Writes(EtcdStore store, Compare fence)
    {
        var put = new Operation.Put(StoreKey.Of("/guarded"), ReadOnlyMemory<byte>.Empty);
        return (await store.Commit(new Transaction([fence], [put]), Enough)).Succeeded;
    }
}
