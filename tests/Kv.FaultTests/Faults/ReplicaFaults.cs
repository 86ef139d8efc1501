using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Faults;

/// <summary>Faults of the processes of Kv, over either engine.</summary>
internal static class ReplicaFaults
{
    // The lease of the replica that calls webhooks.
    private const double LeaseSeconds = 10;

    public static IReadOnlyList<FaultKind> All { get; } =
    [
        FaultKind.Of<Deployment>("replica-kill", async (kv, scene) => await Kill(scene, [await Choose(kv, scene)])),
        FaultKind.Of<Deployment>("all-replicas-kill", (kv, scene) => Kill(scene, kv.Replicas)),
        FaultKind.Of<Deployment>("replica-term", async (kv, scene) => await Terminate(scene, await Choose(kv, scene))),
        FaultKind.Of<Deployment>(
            "replica-stop", async (kv, scene) => await Stop(scene, await Choose(kv, scene), scene.Between(0.1, 4))),
        FaultKind.Of<Deployment>(
            "replica-stop-long",
            // The leader: only its lease matters.
            async (kv, scene) =>
                await Stop(scene, await Leader(kv, scene), scene.Between(LeaseSeconds + 1, LeaseSeconds + 4))),
    ];

    private static Task Kill(FaultScene scene, IReadOnlyList<Replica> replicas) => scene.During(
        Fault.Kill, [.. replicas.Select(replica => replica.Name)], scene.Between(0, 2),
        () =>
        {
            foreach (var replica in replicas)
                replica.Kill();
            return Task.CompletedTask;
        },
        () => Task.WhenAll(replicas.Select(replica => replica.Start())));

    private static Task Terminate(FaultScene scene, Replica replica) => scene.During(
        Fault.Terminate, [replica.Name], scene.Between(0, 2),
        async () =>
        {
            var exitCode = await replica.Terminate();
            if (exitCode != 0)
                scene.Complain("exit", replica.Name, $"It ended with {exitCode} after SIGTERM.");
        },
        replica.Start);

    private static Task Stop(FaultScene scene, Replica replica, TimeSpan time) =>
        scene.During(Fault.Stop, [replica.Name], time, replica.Pause, replica.Resume);

    // Mostly the leader, since only the leader has work to hand over.
    private static async Task<Replica> Choose(Deployment kv, FaultScene scene) =>
        scene.Random.Next(3) == 0 ? scene.Pick(kv.Replicas) : await Leader(kv, scene);

    // Any, while none leads.
    private static async Task<Replica> Leader(Deployment kv, FaultScene scene)
    {
        foreach (var replica in kv.Replicas)
            if (await replica.Readiness() is { IsLeading: true })
                return replica;
        return scene.Pick(kv.Replicas);
    }
}
