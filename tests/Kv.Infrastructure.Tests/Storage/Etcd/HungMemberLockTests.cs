using System.Diagnostics;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>A member hangs while one caller holds a lock and another waits for it.</summary>
[CancelAfter(120_000)]
internal sealed class HungMemberLockTests
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(3);
    private static readonly StoreKey Name = StoreKey.FromText("locks/watcher");
    private static readonly KeyRange Queue = KeyRange.Prefix(StoreKey.FromText("locks/watcher/"));

    private static CancellationToken Enough => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task A_lock_is_kept_while_a_follower_hangs()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = Open(cluster);
        await using var held = await store.Lock(Name, TimeToLive, Enough);

        foreach (var follower in await Followers(cluster))
        {
            follower.Pause();
            await Task.Delay(2 * TimeToLive, Enough);
            follower.Resume();
        }

        Assert.That(held.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task A_lock_is_taken_over_while_a_follower_hangs_in_less_than_twice_the_usual_time()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = Open(cluster);
        var usual = await TakeOver(cluster, store, () => { });

        // It waits with a watch on one of the members.
        foreach (var follower in await Followers(cluster))
        {
            var took = await TakeOver(cluster, store, follower.Pause);
            follower.Resume();
            Assert.That(took, Is.LessThan(2 * usual));
        }
    }

    private static EtcdStore Open(EtcdCluster cluster) =>
        EtcdStores.Open(new EtcdOptions { Endpoints = cluster.ClientUris }, TimeProvider.System);

    private static async Task<IReadOnlyList<EtcdServer>> Followers(EtcdCluster cluster)
    {
        EtcdServer? leader = null;
        await Eventually.Holds(async () => (leader = await cluster.Leader()) is not null, "the cluster has a leader");
        return [.. cluster.Members.Where(member => member != leader)];
    }

    // How long a caller waits for the lock of a vanished holder.
    private static async Task<TimeSpan> TakeOver(EtcdCluster cluster, EtcdStore store, Action fault)
    {
        var leader = (await cluster.Leader())!;
        var granted = await leader.Call("lease/grant", new { TTL = $"{TimeToLive.TotalSeconds}" });
        var lease = granted.GetProperty("ID").GetString()!;
        await leader.Call("kv/put", new { key = Convert.ToBase64String("locks/watcher/1f"u8), value = "", lease });
        var since = Stopwatch.GetTimestamp();
        var waiting = store.Lock(Name, TimeToLive, Enough);
        await Eventually.Holds(async () => await store.Count(Queue, 0, Enough) == 2, "the store waits");

        fault();

        await (await waiting).DisposeAsync();
        return Stopwatch.GetElapsedTime(since);
    }
}
