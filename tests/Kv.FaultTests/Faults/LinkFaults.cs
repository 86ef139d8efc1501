using Kv.FaultTests.Deployments;
using Kv.Testing;

namespace Kv.FaultTests.Faults;

/// <summary>
/// Faults of the network between Kv and etcd: of one link, of all links of a replica or a member, or of all.
/// </summary>
internal static class LinkFaults
{
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        FaultKind.Of<EtcdDeployment>(
            "link-cut", (kv, scene) => Break(kv, scene, "cut", 0, 0, link => link.CutConnections())),
        FaultKind.Of<EtcdDeployment>("link-refuse", (kv, scene) => Break(kv, scene, "refuse", 0.2, 5, link =>
        {
            link.RefuseConnections();
            link.CutConnections();
        })),
        FaultKind.Of<EtcdDeployment>(
            "link-stall", (kv, scene) => Break(kv, scene, "stall", 0.2, 6, link => link.BlackHole())),
        FaultKind.Of<EtcdDeployment>("link-swallow-requests", (kv, scene) =>
            Break(kv, scene, "swallow-requests", 0.2, 5, link => link.Link.BlackHole(TcpDirection.ToServer))),
        FaultKind.Of<EtcdDeployment>("link-swallow-answers", (kv, scene) =>
            Break(kv, scene, "swallow-answers", 0.2, 5, link => link.Link.BlackHole(TcpDirection.ToClient))),
        FaultKind.Of<EtcdDeployment>("link-half-open", (kv, scene) =>
            Break(kv, scene, "half-open", 0.5, 5, link => link.Link.HalfOpenConnections())),
        FaultKind.Of<EtcdDeployment>("link-delay", (kv, scene) =>
        {
            var delay = scene.Between(0.05, 0.5);
            return Break(kv, scene, "delay", 1, 6, link => link.Link.Delay = delay, $"{delay.TotalMilliseconds:F0} ms");
        }),
    ];

    private static Task Break(
        EtcdDeployment kv, FaultScene scene, string kind, double from, double to, Action<TcpProxy> how,
        string? detail = null)
    {
        var links = Choose(kv, scene);
        return scene.During(
            kind, [.. links.Select(link => link.Name)], scene.Between(from, to),
            () =>
            {
                foreach (var link in links)
                    how(link.Proxy);
            },
            () =>
            {
                foreach (var link in links)
                    link.Proxy.Forward();
            },
            detail);
    }

    private static IReadOnlyList<ClientLink> Choose(EtcdDeployment kv, FaultScene scene)
    {
        var one = scene.Pick(kv.Links);
        return scene.Random.Next(4) switch
        {
            0 => [one],
            1 => [.. kv.Links.Where(link => link.Replica == one.Replica)],
            2 => [.. kv.Links.Where(link => link.Member == one.Member)],
            _ => kv.Links,
        };
    }
}
