using Kv.FaultTests.Running;
using Kv.Testing;

namespace Kv.FaultTests.Deployments;

/// <summary>
/// Three etcd members and two replicas, each process for itself, with a proxy on each link: from each replica to each
/// member, and between the members.
/// </summary>
internal sealed class EtcdDeployment : Deployment
{
    private const int ReplicaCount = 2;

    private readonly EtcdObserver _observer;

    private EtcdDeployment(EtcdCluster cluster, RunSettings settings, Recorder recorder)
    {
        Cluster = cluster;
        Members = [.. cluster.Members.Select((server, number) => new Member($"etcd-{number}", server))];
        Links =
            [.. from number in Enumerable.Range(0, ReplicaCount) from member in Members select ClientLink.Between(
                $"replica-{number}", member)];
        Replicas =
            [.. Links.GroupBy(link => link.Replica)
                .Select(links => new Replica(links.Key, settings, Environment(links), recorder))];
        _observer = new EtcdObserver(cluster);
    }

    public EtcdCluster Cluster { get; }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>The network between replicas and members.</summary>
    public IReadOnlyList<ClientLink> Links { get; }

    public override IReadOnlyList<Replica> Replicas { get; }

    /// <summary>Starts all of it, and waits until it is ready.</summary>
    public static async Task<EtcdDeployment> Start(RunSettings settings, Recorder recorder)
    {
        var cluster = await EtcdCluster.StartAsync(withPeerLinks: true);
        var deployment = new EtcdDeployment(cluster, settings, recorder);
        try
        {
            await Task.WhenAll(deployment.Replicas.Select(replica => replica.Start()));
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>The member that leads at the moment.</summary>
    public async Task<Member> Leader()
    {
        var leader = await Cluster.Leader() ?? throw new InvalidOperationException("No member leads.");
        return Members.Single(member => member.Server == leader);
    }

    /// <summary>
    /// Compacts etcd at the present revision. The changes are read before, so that the history is complete.
    /// </summary>
    /// <returns>The revision from which on it remembers.</returns>
    public async Task<long> CompactAll()
    {
        var revision = await _observer.ReadOn();
        await Cluster.AnyMember().Compact(revision);
        return revision;
    }

    public override async Task Heal()
    {
        foreach (var link in Links)
            link.Proxy.Forward();
        Cluster.Peers!.Forward();
        var down = Members.Where(member => !member.Server.IsRunning).ToList();
        foreach (var member in Members.Where(member => member.Server.IsPaused))
            member.Server.Resume();
        await EtcdCluster.Restart(down.Select(member => member.Server));
        foreach (var replica in Replicas)
            replica.Heal();
        await Task.WhenAll(Replicas.Select(replica => replica.WaitUntilReady()));
    }

    public override async Task<IReadOnlyList<StoredEntry>> ReadChanges()
    {
        await _observer.ReadOn();
        return _observer.Changes;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
            await replica.DisposeAsync();
        foreach (var link in Links)
            await link.Proxy.DisposeAsync();
        await Cluster.DisposeAsync();
        _observer.Dispose();
    }

    private static Dictionary<string, string> Environment(IEnumerable<ClientLink> links) => new()
    {
        ["STORE"] = "etcd",
        ["ETCD_ENDPOINTS"] = string.Join(',', links.Select(link => link.Proxy.Endpoint)),
    };
}

/// <summary>A member of the cluster.</summary>
/// <param name="Name">Its name in the history.</param>
/// <param name="Server">The process.</param>
internal sealed record Member(string Name, EtcdServer Server);

/// <summary>The network between a replica and a member.</summary>
internal sealed record ClientLink(string Replica, Member Member, TcpProxy Proxy)
{
    /// <summary>Its name in the history.</summary>
    public string Name => $"{Replica}>{Member.Name}";

    public static ClientLink Between(string replica, Member member) =>
        new(replica, member, TcpProxy.To(member.Server.Endpoint));
}
