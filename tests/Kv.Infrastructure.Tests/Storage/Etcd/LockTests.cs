using System.Globalization;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Locks in a cluster that several processes share, and that has outages.</summary>
[Parallelizable(ParallelScope.Children)]
[CancelAfter(60_000)]
internal sealed class LockTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly StoreKey Name = StoreKey.FromText("locks/watcher");
    private static readonly KeyRange Queue = KeyRange.Prefix(StoreKey.FromText("locks/watcher/"));

    private static CancellationToken Enough => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Two_stores_exclude_each_other()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var left = EtcdStores.Open(server);
        await using var right = EtcdStores.Open(server);
        var held = await left.Lock(Name, Long, Enough);
        var other = right.Lock(Name, Long, Enough);
        await Queued(left, 2);
        Assert.That(other.IsCompleted, Is.False);

        await held.DisposeAsync();

        await using var taken = await other;
        Assert.That(await Holds(left, held.Fence), Is.False);
        Assert.That(await Holds(left, taken.Fence), Is.True);
    }

    [Test]
    public async Task The_key_is_the_one_that_the_clients_of_etcd_put()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);

        await using var held = await store.Lock(Name, Long, Enough);

        var leases = await server.Call("lease/leases", new { });
        var id = long.Parse(
            leases.GetProperty("leases")[0].GetProperty("ID").GetString()!, CultureInfo.InvariantCulture);
        Assert.That(held.Fence.Range.Start.ToString(), Is.EqualTo($"locks/watcher/{id:x}"));
        Assert.That(await store.Value($"locks/watcher/{id:x}"), Is.Empty);
    }

    [Test]
    public async Task Kv_waits_for_a_holder_that_is_another_program()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        var lease = await Grant(server);
        await server.Call("kv/put", new { key = Base64("locks/watcher/1f"), value = "", lease });

        var waiting = store.Lock(Name, Long, Enough);
        await Queued(store, 2);
        Assert.That(waiting.IsCompleted, Is.False);
        await server.Call("lease/revoke", new { ID = lease });

        await using var held = await waiting;
        Assert.That(await Holds(store, held.Fence), Is.True);
    }

    [Test]
    public async Task Etcds_own_lock_service_waits_for_Kv_and_Kv_for_it()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        var held = await store.Lock(Name, Long, Enough);
        var lease = await Grant(server);
        var foreign = server.Call("lock/lock", new { name = Base64("locks/watcher"), lease });
        await Queued(store, 2);
        Assert.That(foreign.IsCompleted, Is.False);

        await held.DisposeAsync();
        var key = (await foreign).GetProperty("key").GetString();
        var again = store.Lock(Name, Long, Enough);
        await Queued(store, 2);
        Assert.That(again.IsCompleted, Is.False);

        await server.Call("lock/unlock", new { key });
        await (await again).DisposeAsync();
    }

    [Test]
    public async Task A_lease_that_is_revoked_loses_the_lock()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await using var held = await store.Lock(Name, Short, Enough);
        var leases = await server.Call("lease/leases", new { });

        await server.Call("lease/revoke", new { ID = leases.GetProperty("leases")[0].GetProperty("ID").GetString() });

        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is noticed");
        Assert.That(await Holds(store, held.Fence), Is.False);
    }

    [Test]
    public async Task A_holder_whose_key_is_deleted_loses_the_lock_even_if_its_lease_lives()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await using var held = await store.Lock(Name, Short, Enough);

        await store.Do(new Operation.Delete(held.Fence.Range));

        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is noticed");
    }

    [Test]
    public async Task A_held_lock_is_kept_many_times_longer_than_its_time_to_live()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await using var held = await store.Lock(Name, Short, Enough);

        // The end of an unrenewed lease of twice the length shows that the time has passed.
        await store.Put("clock", deadline: TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 5);
        await Eventually.Holds(async () => await store.Find("clock") is null, "time passes");

        Assert.That(held.Lost.IsCancellationRequested, Is.False);
        Assert.That(await Holds(store, held.Fence), Is.True);
    }

    [Test]
    public async Task An_etcd_outage_longer_than_the_time_to_live_loses_the_lock()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        await using var held = await store.Lock(Name, Short, Enough);

        server.Kill();

        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is noticed");
    }

    [Test]
    public async Task An_etcd_that_falls_silent_for_longer_than_the_time_to_live_loses_the_lock()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        await using var held = await store.Lock(Name, Short, Enough);

        server.Pause();

        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is noticed");
        server.Resume();
    }

    [Test]
    public async Task A_holder_that_was_paused_for_its_time_to_live_knows_the_loss_before_etcd_removes_its_key()
    {
        var server = await SharedEtcd.Get();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var store = EtcdStores.Open(
            new EtcdOptions { Endpoints = [server.ClientUri], Timeout = TimeSpan.FromHours(2) }, time);
        await using var held = await store.Lock(StoreKey.FromText("locks/still"), Long, Enough);

        time.Advance(Long);

        Assert.That(held.Lost.IsCancellationRequested, Is.True);
        Assert.That(await Holds(store, held.Fence), Is.True);
    }

    [Test]
    public async Task A_restart_of_etcd_within_the_time_to_live_leaves_the_lock_held()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await using var held = await store.Lock(Name, Long, Enough);

        await server.Restart();

        await Eventually.Holds(() => Holds(store, held.Fence), "the fence holds");
        Assert.That(held.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task A_waiting_caller_takes_over_from_a_holder_that_vanished()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var vanishing = EtcdStores.OpenImpatient(proxy.Uri);
        await using var store = EtcdStores.Open(server);
        await using var former = await vanishing.Lock(Name, Short, Enough);
        var waiting = store.Lock(Name, Short, Enough);
        await Queued(store, 2);

        proxy.BlackHole();

        await using var held = await waiting;
        Assert.That(await Holds(store, former.Fence), Is.False);
        // The former holder knows before another caller can have the lock.
        Assert.That(former.Lost.IsCancellationRequested, Is.True);
        proxy.Forward();
    }

    [Test]
    public async Task A_waiting_caller_keeps_its_place_when_its_connections_are_cut()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var holding = EtcdStores.Open(server);
        await using var store = EtcdStores.Open(proxy.Uri);
        var held = await holding.Lock(Name, Long, Enough);
        var waiting = store.Lock(Name, Long, Enough);
        await Queued(holding, 2);
        var queue = await Keys(holding);

        proxy.CutConnections();
        await Eventually.Holds(() => proxy.OpenConnections > 0, "the store reconnects");

        Assert.That(await Keys(holding), Is.EqualTo(queue), "the place in the queue is kept");
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Test]
    public async Task A_caller_that_asks_during_an_etcd_outage_gets_the_lock_after_it()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        server.Kill();
        var waiting = store.Lock(Name, Long, Enough);
        Assert.That(() => store.Find("key"), Throws.InstanceOf<StoreUnavailableException>());

        await server.Restart();

        await using var held = await waiting;
        await Eventually.Holds(() => Holds(store, held.Fence), "the fence holds");
    }

    [Test]
    public async Task A_caller_can_cancel_its_wait_during_an_etcd_outage()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        await using var held = await store.Lock(Name, Short, Enough);
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(Enough);
        var waiting = store.Lock(Name, Short, givenUp.Token);
        await Queued(store, 2);
        server.Pause();

        await givenUp.CancelAsync();

        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        server.Resume();
    }

    [Test]
    public async Task A_lock_is_released_without_an_error_during_an_etcd_outage()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        var held = await store.Lock(Name, Short, Enough);
        server.Kill();

        Assert.That(async () => await held.DisposeAsync(), Throws.Nothing);
    }

    [Test]
    public async Task A_closed_store_loses_its_locks_and_its_waiting_callers_fail()
    {
        await using var server = await EtcdServer.StartAsync();
        var store = EtcdStores.Open(server);
        await using var held = await store.Lock(Name, Short, Enough);
        var waiting = store.Lock(Name, Short, Enough);
        await Queued(store, 2);

        await store.DisposeAsync();

        Assert.That(async () => await waiting, Throws.InstanceOf<StoreUnavailableException>());
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the loss is noticed");
        Assert.That(() => store.Lock(Name, Short, Enough), Throws.InstanceOf<StoreUnavailableException>());
    }

    [Test]
    public async Task A_lock_is_kept_and_awaited_with_a_user_whose_token_a_restart_makes_void()
    {
        await using var server = await EtcdServer.StartAsync();
        await server.EnableAuthentication("secret");
        var options = new EtcdOptions { Endpoints = [server.ClientUri], Username = "root", Password = "secret" };
        await using var store = EtcdStores.Open(options);
        await using var other = EtcdStores.Open(options);
        var held = await store.Lock(Name, Long, Enough);
        var waiting = other.Lock(Name, Long, Enough);
        await Queued(store, 2);

        await server.Restart();

        await Eventually.Holds(() => Holds(store, held.Fence), "the fence holds");
        Assert.That(held.Lost.IsCancellationRequested, Is.False);
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Test]
    public async Task A_lock_survives_the_loss_of_the_leader()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await Eventually.Holds(async () => await cluster.Leader() is not null, "the cluster has a leader");
        await using var store = EtcdStores.Open(cluster.ClientUris);
        await using var other = EtcdStores.Open(cluster.ClientUris);
        var held = await store.Lock(Name, Long, Enough);
        var waiting = other.Lock(Name, Long, Enough);
        await Queued(store, 2);

        (await cluster.Leader())!.Kill();

        await Eventually.Holds(() => Holds(store, held.Fence), "the fence holds");
        Assert.That(held.Lost.IsCancellationRequested, Is.False);
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    private static async Task<bool> Holds(EtcdStore store, Compare fence) =>
        (await store.Do(new Transaction([fence], []))).Succeeded;

    private static Task Queued(EtcdStore store, int count) => Eventually.Holds(
        async () => await store.Count(Queue, 0, CancellationToken.None) == count, $"{count} are in the queue");

    private static async Task<IReadOnlyList<string>> Keys(EtcdStore store) =>
        [.. (await store.Range(new(Queue, Limit: 10), Enough)).Entries.Select(entry => entry.Key.ToString())];

    private static async Task<string> Grant(EtcdServer server) =>
        (await server.Call("lease/grant", new { TTL = "60" })).GetProperty("ID").GetString()!;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
