using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>A member or the network to it hangs: calls go to the others, and to it when it recovers.</summary>
[CancelAfter(120_000)]
internal sealed class HungMemberTests
{
    private const int Callers = 64;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    // The failures that a fault causes are in its first second.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private static readonly KeyRange Listed = KeyRange.Prefix(StoreKey.FromText("key"));

    [Test]
    public async Task Calls_succeed_while_a_follower_is_stopped([Values] Kind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = Open(cluster.ClientUris);
        await using var load = await Start(kind, store);
        var well = await load.During(Window);

        (await Follower(cluster)).Pause();

        await load.During(First);
        ExpectGoingOn(await load.During(Window), well);
    }

    [Test]
    public async Task Calls_succeed_when_the_leader_is_stopped_and_another_one_leads(
        [Values(Kind.Read, Kind.Write)] Kind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = Open(cluster.ClientUris);
        await using var load = await Start(kind, store);
        var well = await load.During(Window);

        (await cluster.Leader())!.Pause();

        await Eventually.Holds(async () => await cluster.Leader() is not null, "another one leads");
        await load.During(First);
        ExpectGoingOn(await load.During(Window), well);
    }

    [Test]
    public async Task Calls_succeed_while_the_network_to_a_member_drops_everything_and_use_it_when_it_heals(
        [Values] Kind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var member = await Follower(cluster);
        await using var proxy = TcpProxy.To(member.Endpoint);
        await using var store = Open([proxy.Uri, .. cluster.ClientUris.Where(uri => uri != member.ClientUri)]);
        await using var load = await Start(kind, store);
        var well = await load.During(Window);

        proxy.BlackHole();

        await load.During(First);
        ExpectGoingOn(await load.During(Window), well);

        proxy.Forward();
        var before = proxy.BytesFromClients;
        await Eventually.Holds(() => proxy.BytesFromClients - before > 10_000, "the member serves calls again");
        ExpectGoingOn(await load.During(Window), well);
    }

    [Test]
    public async Task Calls_succeed_while_the_network_to_a_member_is_slow([Values(Kind.Read, Kind.Write)] Kind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var member = await Follower(cluster);
        await using var proxy = TcpProxy.To(member.Endpoint);
        await using var store = Open([proxy.Uri, .. cluster.ClientUris.Where(uri => uri != member.ClientUri)]);
        await using var load = await Start(kind, store);
        var well = await load.During(Window);

        proxy.Link.Delay = TimeSpan.FromSeconds(1);

        await load.During(First);
        ExpectGoingOn(await load.During(Window), well);
    }

    [Test]
    public async Task Calls_succeed_while_a_member_is_partitioned_and_use_it_when_it_is_back(
        [Values] Kind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(withPeerLinks: true);
        var member = await Follower(cluster);
        await using var proxy = TcpProxy.To(member.Endpoint);
        await using var store = Open([proxy.Uri, .. cluster.ClientUris.Where(uri => uri != member.ClientUri)]);
        await using var load = await Start(kind, store);
        var well = await load.During(Window);

        foreach (var other in cluster.Members.Where(other => other != member))
        {
            cluster.Peers!.Link(await member.MemberId(), other).BlackHole();
            cluster.Peers.Link(await other.MemberId(), member).BlackHole();
        }

        await load.During(First);
        ExpectGoingOn(await load.During(Window), well);

        cluster.Peers!.Forward();
        var before = proxy.BytesFromClients;
        await Eventually.Holds(() => proxy.BytesFromClients - before > 10_000, "the member serves calls again");
    }

    [Test]
    public async Task Calls_succeed_over_a_new_connection_when_the_one_to_the_only_member_is_dead(
        [Values(Kind.Read, Kind.Write)] Kind kind)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var store = Open([proxy.Uri]);
        await using var load = await Start(kind, store);
        var well = await load.During(Window);

        proxy.Link.HalfOpenConnections();

        await load.During(First);
        ExpectGoingOn(await load.During(Window), well);
    }

    [Test]
    public async Task No_call_times_out_in_a_cluster_with_a_high_latency([Values(Kind.Read, Kind.Write)] Kind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await Follower(cluster);
        var proxies = cluster.Members.Select(member => TcpProxy.To(member.Endpoint)).ToList();
        proxies.ForEach(proxy => proxy.Link.Delay = TimeSpan.FromMilliseconds(150));
        await using var store = Open([.. proxies.Select(proxy => proxy.Uri)]);
        await using (var load = await Start(kind, store))
        {
            var far = await load.During(Window);
            Assert.That(far.Failed, Is.Zero);
            Assert.That(far.Done, Is.Positive);
        }
        foreach (var proxy in proxies)
            await proxy.DisposeAsync();
    }

    [Test]
    public async Task A_write_whose_member_hangs_has_an_unknown_outcome_and_is_not_repeated()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = Open(cluster.ClientUris);
        var (done, unknown, notDone) = (new int[Callers], new int[Callers], 0);
        await using (var load = new Load(Callers, async (caller, _) =>
        {
            try
            {
                await store.Put($"key/{caller}");
                done[caller]++;
            }
            catch (StoreUnavailableException error)
            {
                unknown[caller] += error.OutcomeUnknown ? 1 : 0;
                throw;
            }
        }))
        {
            await load.During(First);
            foreach (var member in cluster.Members)
            {
                member.Pause();
                await load.During(Window);
                member.Resume();
                await load.During(Window);
            }
        }

        Assert.That(unknown.Sum(), Is.Positive, "writes were running on a member that hung");
        for (var caller = 0; caller < Callers; caller++)
        {
            var version = (await store.Find($"key/{caller}"))!.Version;
            Assert.That(version, Is.InRange(done[caller], done[caller] + unknown[caller]), $"key/{caller}");
        }
    }

    private static EtcdStore Open(IReadOnlyList<Uri> endpoints) =>
        EtcdStores.Open(new EtcdOptions { Endpoints = endpoints }, TimeProvider.System);

    private static async Task<EtcdServer> Follower(EtcdCluster cluster)
    {
        EtcdServer? leader = null;
        await Eventually.Holds(async () => (leader = await cluster.Leader()) is not null, "the cluster has a leader");
        return cluster.Members.First(member => member != leader);
    }

    private static async Task<Load> Start(Kind kind, EtcdStore store)
    {
        await Eventually.Holds(async () => (await store.Put("key")).Succeeded, "the cluster accepts writes");
        var load = new Load(Callers, kind switch
        {
            Kind.Read => (_, _) => store.Find("key"),
            Kind.List => (_, _) => store.Range(new(Listed, Limit: 10), CancellationToken.None),
            _ => (caller, number) => store.Put($"key/{caller}", $"{number}"),
        });
        // Without a warm-up, the compiler would make the window without a fault the slower one.
        await load.During(First);
        return load;
    }

    // Callers that wait for the hanging member would make almost no calls.
    private static void ExpectGoingOn(Load.Count now, Load.Count well)
    {
        TestContext.Out.WriteLine($"{well} -> {now}");
        Assert.That(well.Failed, Is.Zero, "failed before the fault");
        Assert.That(now.Failed, Is.Zero, "failed after the first second");
        Assert.That(now.Done, Is.GreaterThan(well.Done / 5), "done, of a fifth of those before");
    }

    internal enum Kind
    {
        Read,
        List,
        Write,
    }
}
