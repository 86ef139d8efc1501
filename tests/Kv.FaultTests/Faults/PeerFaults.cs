using Kv.FaultTests.Deployments;
using Kv.Testing;

namespace Kv.FaultTests.Faults;

/// <summary>Faults of the network between etcd's members.</summary>
internal static class PeerFaults
{
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        FaultKind.Of<EtcdDeployment>("peer-isolate", async (kv, scene) =>
            await Stall(scene, Around(await Peers(kv), scene.Pick(kv.Members)))),
        FaultKind.Of<EtcdDeployment>("peer-isolate-leader", async (kv, scene) =>
            await Stall(scene, Around(await Peers(kv), await kv.Leader()))),
        FaultKind.Of<EtcdDeployment>("peer-partition", async (kv, scene) =>
        {
            var peers = await Peers(kv);
            var one = scene.Pick(peers);
            await Stall(scene, [one, Back(peers, one)]);
        }),
        FaultKind.Of<EtcdDeployment>("peer-one-way", async (kv, scene) => await OneWay(scene, await Peers(kv))),
        FaultKind.Of<EtcdDeployment>("peer-cut", async (kv, scene) =>
        {
            var peers = await Peers(kv);
            await scene.During(
                "cut", Names(peers), TimeSpan.Zero, () => Each(peers, link => link.CutConnections()), () => { });
        }),
        FaultKind.Of<EtcdDeployment>("peer-delay", async (kv, scene) =>
        {
            var peers = await Peers(kv);
            var delay = scene.Between(0.05, 0.5);
            await scene.During(
                "delay", Names(peers), scene.Between(1, 6), () => Each(peers, link => link.Delay = delay),
                () => Heal(peers),
                $"{delay.TotalMilliseconds:F0} ms");
        }),
    ];

    private static Task Stall(FaultScene scene, IReadOnlyList<Peer> peers) => scene.During(
        "stall", Names(peers), scene.Between(0.5, 6), () => Each(peers, link => link.BlackHole()), () => Heal(peers));

    // A member's messages to another go as requests on its own connections, and as answers on those of the other.
    private static Task OneWay(FaultScene scene, IReadOnlyList<Peer> peers)
    {
        var there = scene.Pick(peers);
        var back = Back(peers, there);
        return scene.During(
            "swallow-one-way", [there.Name], scene.Between(0.5, 6),
            () =>
            {
                there.Link.BlackHole(TcpDirection.ToServer);
                back.Link.BlackHole(TcpDirection.ToClient);
            },
            () => Heal([there, back]));
    }

    private static async Task<IReadOnlyList<Peer>> Peers(EtcdDeployment kv)
    {
        var peers = new List<Peer>();
        foreach (var from in kv.Members)
        {
            var id = await from.Server.MemberId();
            peers.AddRange(
                kv.Members.Where(to => to != from)
                    .Select(to => new Peer(from, to, kv.Cluster.Peers!.Link(id, to.Server))));
        }
        return peers;
    }

    private static Peer Back(IEnumerable<Peer> peers, Peer there) =>
        peers.Single(peer => peer.From == there.To && peer.To == there.From);

    private static List<Peer> Around(IEnumerable<Peer> peers, Member member) =>
        [.. peers.Where(peer => peer.From == member || peer.To == member)];

    private static List<string> Names(IEnumerable<Peer> peers) => [.. peers.Select(peer => peer.Name)];

    private static void Heal(IEnumerable<Peer> peers) => Each(peers, link => link.Forward());

    private static void Each(IEnumerable<Peer> peers, Action<TcpLink> action)
    {
        foreach (var peer in peers)
            action(peer.Link);
    }

    /// <summary>The connections that a member makes to another.</summary>
    private sealed record Peer(Member From, Member To, TcpLink Link)
    {
        public string Name => $"{From.Name}>{To.Name}";
    }
}
