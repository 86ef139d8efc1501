using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using NUnit.Framework.Constraints;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>The errors that callers get when etcd is unreachable, silent or dead.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class LostConnectionTests
{
    private static IResolveConstraint OutcomeUnknown =>
        Throws.InstanceOf<StoreUnavailableException>()
            .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).True;

    private static IResolveConstraint NothingDone =>
        Throws.InstanceOf<StoreUnavailableException>()
            .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).False;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_write_whose_connection_is_cut_in_flight_has_an_unknown_outcome()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var store = EtcdStores.Open(proxy.Uri);
        await store.Find("connected");

        server.Pause();
        var writes = await HeldBack.Occupy(store, i => store.Put($"key/{i}"));
        proxy.CutConnections();

        foreach (var write in writes)
            Assert.That(() => write, OutcomeUnknown);
        server.Resume();
        await Eventually.Holds(async () => (await store.Put("after")).Succeeded, "writes succeed on a new connection");
    }

    [Test]
    public void A_write_that_was_never_sent_has_a_known_outcome()
    {
        var store = EtcdStores.Open(new Uri($"http://127.0.0.1:{FreePort.Next()}"));

        Assert.That(() => store.Put("key"), NothingDone);
        Assert.That(
            () => store.Put("key", deadline: LeaseId.DeadlineOf(long.MaxValue)), NothingDone,
            "with a lease to grant first");
        Assert.That(
            () => store.Do(new Transaction([Compare.Absent(StoreKey.FromText("key"))], [EtcdStores.PutOf("key")])),
            NothingDone, "with a condition");
        Assert.That(() => store.Find("key"), NothingDone);
    }

    [Test]
    public async Task An_etcd_outage_is_reported_and_calls_succeed_when_it_ends()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Put("key", "before");

        server.Kill();
        await Eventually.Holds(
            async () => !(await Fails(() => store.Put("key", "away"))).OutcomeUnknown, "nothing is sent");
        Assert.That(() => store.Find("key"), NothingDone);
        await server.Restart();

        await Eventually.Holds(async () => await store.Value("key") == "before", "reads succeed again");
        await store.Put("key", "after");
        Assert.That(await store.Value("key"), Is.EqualTo("after"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_silent_etcd_soon_counts_as_unavailable_and_is_used_again_when_it_resumes()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.OpenImpatient(server.ClientUri);
        await store.Find("connected");

        server.Pause();
        var writes = await HeldBack.Occupy(store, i => store.Put($"key/{i}"));
        var read = store.Find("key/0");
        var range = store.Range(new(KeyRange.Prefix(StoreKey.FromText("key/")), Limit: 10), CancellationToken.None);

        foreach (var write in writes)
            Assert.That(() => write, OutcomeUnknown);
        Assert.That(() => read, NothingDone);
        Assert.That(() => range, NothingDone);

        server.Resume();
        await Eventually.Holds(async () => (await store.Put("after")).Succeeded, "writes succeed again");
        Assert.That(await store.Value("after"), Is.EqualTo("value"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task After_a_network_that_drops_everything_heals_calls_succeed()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var store = EtcdStores.OpenImpatient(proxy.Uri);
        await store.Put("key", "before");

        proxy.BlackHole();
        Assert.That(() => store.Put("key", "lost"), OutcomeUnknown);
        Assert.That(() => store.Find("key"), NothingDone);
        // The firewall forgot the connection; a new one is let through.
        proxy.CutConnections();
        proxy.Forward();

        await Eventually.Holds(async () => await store.Find("key") is not null, "reads succeed again");
        await store.Put("key", "after");
        Assert.That(await store.Value("key"), Is.EqualTo("after"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Reads_survive_the_loss_of_one_of_three_members()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = EtcdStores.Open(cluster.ClientUris);
        await Eventually.Holds(async () => (await store.Put("key")).Succeeded, "the cluster accepts writes");
        var leader = (await cluster.Leader())!;
        var follower = cluster.Members.First(member => member != leader);

        // Reads are running on every member while one dies, and no read fails.
        var reading = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await store.Value("key");
        })).ToList();
        follower.Kill();
        await Task.WhenAll(reading);
        for (var i = 0; i < 20; i++)
            Assert.That(await store.Value("key"), Is.EqualTo("value"));

        await follower.Restart();
        leader.Kill();
        await Eventually.Holds(async () => await store.Find("key") is not null, "reads succeed under another leader");
        await Eventually.Holds(
            async () => (await store.Put("key", "after")).Succeeded, "writes succeed under another leader");
    }

    private static async Task<StoreUnavailableException> Fails(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (StoreUnavailableException error)
        {
            return error;
        }
        throw new InvalidOperationException("The write succeeded.");
    }
}
