using Kv.Benchmarks.Growth;
using Kv.Testing;

namespace Kv.Benchmarks.Outages;

/// <summary>
/// Two replicas over three etcd members, with a proxy on each link that a fault can break. One replica leads and calls
/// webhooks, and the other one is called by clients.
/// </summary>
internal sealed class OutageBench : IAsyncDisposable
{
    private readonly IReadOnlyList<TcpProxy> _proxies;

    private OutageBench(EtcdCluster cluster, IReadOnlyList<TcpProxy> proxies, KvServer leading, KvServer called) =>
        (Cluster, _proxies, Leading, Called) = (cluster, proxies, leading, called);

    public EtcdCluster Cluster { get; }

    /// <summary>The replica that calls webhooks when a fault begins.</summary>
    public KvServer Leading { get; }

    /// <summary>The replica that clients call.</summary>
    public KvServer Called { get; }

    /// <param name="directory">Where Kv was published to.</param>
    public static async Task<OutageBench> Start(string directory)
    {
        var cluster = await EtcdCluster.StartAsync(withPeerLinks: true);
        var proxies = cluster.Members.Select(member => TcpProxy.To(member.Endpoint)).ToList();
        (string, string)[] settings =
            [("STORE", "etcd"), ("ETCD_ENDPOINTS", string.Join(',', proxies.Select(proxy => proxy.Endpoint)))];
        var leading = await KvServer.Start(directory, "/readyz", settings);
        await Eventually.Holds(
            async () => (await leading.Http.GetStringAsync(new Uri("/readyz", UriKind.Relative)))
                .Contains("\"leading\":true", StringComparison.Ordinal),
            "the first replica leads");
        return new OutageBench(cluster, proxies, leading, await KvServer.Start(directory, "/readyz", settings));
    }

    /// <summary>The member that leads the cluster.</summary>
    public async Task<EtcdServer> Leader()
    {
        EtcdServer? leader = null;
        await Eventually.Holds(async () => (leader = await Cluster.Leader()) is not null, "the cluster has a leader");
        return leader!;
    }

    /// <summary>A member that does not lead.</summary>
    public async Task<EtcdServer> Follower()
    {
        var leader = await Leader();
        return Cluster.Members.First(member => member != leader);
    }

    /// <summary>The network from the replicas to a member.</summary>
    public TcpProxy To(EtcdServer member) => _proxies[Cluster.Members.ToList().IndexOf(member)];

    /// <summary>Cuts a member off from the others.</summary>
    public async Task Isolate(EtcdServer member)
    {
        foreach (var other in Cluster.Members.Where(other => other != member))
        {
            Cluster.Peers!.Link(await member.MemberId(), other).BlackHole();
            Cluster.Peers.Link(await other.MemberId(), member).BlackHole();
        }
    }

    /// <summary>Undoes all faults but that of a replica which has ended.</summary>
    public async Task Heal()
    {
        Cluster.Peers!.Forward();
        foreach (var proxy in _proxies)
            proxy.Forward();
        foreach (var member in Cluster.Members.Where(member => member.IsPaused))
            member.Resume();
        await EtcdCluster.Restart(Cluster.Members.Where(member => !member.IsRunning));
    }

    public async ValueTask DisposeAsync()
    {
        await Called.DisposeAsync();
        await Leading.DisposeAsync();
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
