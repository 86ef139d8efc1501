using System.Globalization;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;
using Kv.Testing;

namespace Kv.FaultTests.Faults;

/// <summary>Operations on etcd that an operator does, or forgets.</summary>
internal static class StoreFaults
{
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        FaultKind.Of<EtcdDeployment>("leader-move", MoveLeader),
        FaultKind.Of<EtcdDeployment>("compact", (kv, scene) => scene.Once(Fault.Compact, "etcd", async () =>
            (await kv.CompactAll()).ToString(CultureInfo.InvariantCulture))),
        FaultKind.Of<EtcdDeployment>("defragment", Defragment),
        FaultKind.Of<EtcdDeployment>("no-space", NoSpace),
        FaultKind.Of<EtcdDeployment>("restore", Restore) with { IsAlone = true },
    ];

    private static async Task MoveLeader(EtcdDeployment kv, FaultScene scene)
    {
        var leader = await kv.Leader();
        var next = scene.Pick([.. kv.Members.Where(member => member != leader)]);
        await scene.Once("leader-move", leader.Name, async () =>
        {
            var id = await next.Server.MemberId();
            await leader.Server.Call(
                "maintenance/transfer-leadership", new { targetID = id.ToString(CultureInfo.InvariantCulture) });
            return $"to {next.Name}";
        });
    }

    // A member answers nothing while it is defragmented.
    private static async Task Defragment(EtcdDeployment kv, FaultScene scene)
    {
        foreach (var member in scene.Pick(kv.Members, scene.Random.Next(1, 4)))
            await scene.Once("defragment", member.Name, async () =>
            {
                await member.Server.Call("maintenance/defragment", new { });
                return null;
            });
    }

    // The snapshot has every acknowledged write, so all promises hold. Replicas keep running, with all that they know.
    private static Task Restore(EtcdDeployment kv, FaultScene scene) => scene.Once("restore", "etcd", async () =>
    {
        using var files = new TemporaryDirectory();
        await kv.Cluster.Members.SaveLast(files.File("snapshot"));
        await kv.Cluster.Members.Restore(files.File("snapshot"), token: null, "--skip-hash-check");
        return null;
    });

    private static async Task NoSpace(EtcdDeployment kv, FaultScene scene)
    {
        var member = scene.Pick(kv.Members);
        var id = (await member.Server.MemberId()).ToString(CultureInfo.InvariantCulture);
        await scene.During(
            "no-space", [member.Name], scene.Between(0.5, 4), () => Alarm("ACTIVATE"), () => Alarm("DEACTIVATE"));

        Task Alarm(string action) =>
            Retried(
                number => kv.Cluster.AnyMember(number)
                    .Call("maintenance/alarm", new { action, memberID = id, alarm = "NOSPACE" }));
    }

    // An alarm that stays would end all writes of the run.
    private static async Task Retried(Func<int, Task> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action(attempt);
                return;
            }
            catch (Exception e) when (
                attempt < 20 && e is HttpRequestException or TaskCanceledException or InvalidOperationException)
            {
                await Task.Delay(200);
            }
        }
    }
}
