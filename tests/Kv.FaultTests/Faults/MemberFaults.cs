using Kv.FaultTests.Deployments;
using Kv.Testing;

namespace Kv.FaultTests.Faults;

/// <summary>Faults of the processes of etcd.</summary>
internal static class MemberFaults
{
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        FaultKind.Of<EtcdDeployment>("member-kill", (kv, scene) => Kill(scene, [scene.Pick(kv.Members)])),
        FaultKind.Of<EtcdDeployment>("two-members-kill", (kv, scene) => Kill(scene, scene.Pick(kv.Members, 2))),
        FaultKind.Of<EtcdDeployment>("all-members-kill", (kv, scene) => Kill(scene, kv.Members)),
        FaultKind.Of<EtcdDeployment>("leader-kill", async (kv, scene) => await Kill(scene, [await kv.Leader()])),
        FaultKind.Of<EtcdDeployment>("member-term", (kv, scene) => Terminate(scene, scene.Pick(kv.Members))),
        FaultKind.Of<EtcdDeployment>("leader-term", async (kv, scene) => await Terminate(scene, await kv.Leader())),
        FaultKind.Of<EtcdDeployment>("member-stop", (kv, scene) => Stop(scene, [scene.Pick(kv.Members)])),
        FaultKind.Of<EtcdDeployment>("two-members-stop", (kv, scene) => Stop(scene, scene.Pick(kv.Members, 2))),
        FaultKind.Of<EtcdDeployment>("leader-stop", async (kv, scene) => await Stop(scene, [await kv.Leader()])),
        // Longer than the lease of the replica that calls webhooks.
        FaultKind.Of<EtcdDeployment>(
            "member-stop-long", (kv, scene) => Stop(scene, [scene.Pick(kv.Members)], scene.Between(11, 14))),
        FaultKind.Of<EtcdDeployment>("member-replace", Replace) with { IsAlone = true },
    ];

    private static Task Kill(FaultScene scene, IReadOnlyList<Member> members) => scene.During(
        "kill", Names(members), scene.Between(0.2, 4),
        () =>
        {
            foreach (var member in members)
                member.Server.Kill();
            return Task.CompletedTask;
        },
        () => EtcdCluster.Restart(members.Select(member => member.Server)));

    private static Task Terminate(FaultScene scene, Member member) => scene.During(
        "term", [member.Name], scene.Between(0.2, 4), () => member.Server.Terminate(), () => member.Server.Restart());

    // Half of them shorter than an election takes, half longer.
    private static Task Stop(FaultScene scene, IReadOnlyList<Member> members) =>
        Stop(scene, members, scene.Random.Next(2) == 0 ? scene.Between(0.1, 1) : scene.Between(1, 6));

    private static Task Stop(FaultScene scene, IReadOnlyList<Member> members, TimeSpan time) => scene.During(
        "stop", Names(members), time,
        () =>
        {
            foreach (var member in members)
                member.Server.Pause();
        },
        () =>
        {
            foreach (var member in members)
                member.Server.Resume();
        });

    private static Task Replace(EtcdDeployment kv, FaultScene scene)
    {
        var member = scene.Pick(kv.Members);
        return scene.Once("replace", member.Name, async () =>
        {
            await kv.Cluster.Replace(member.Server);
            return null;
        });
    }

    private static List<string> Names(IEnumerable<Member> members) => [.. members.Select(member => member.Name)];
}
