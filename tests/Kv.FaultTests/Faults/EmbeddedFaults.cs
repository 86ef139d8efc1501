using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Faults;

/// <summary>Faults of the embedded engine only: of its disk, its files and its directory.</summary>
internal static class EmbeddedFaults
{
    private static readonly TimeSpan TwinTimeout = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<FaultKind> All { get; } =
    [
        FaultKind.Of<EmbeddedDeployment>("disk-full", FillDisk),
        FaultKind.Of<EmbeddedDeployment>("torn-log", TearLog),
        FaultKind.Of<EmbeddedDeployment>("second-process", StartTwin),
    ];

    private static async Task FillDisk(EmbeddedDeployment kv, FaultScene scene)
    {
        if (!kv.Disk.CanBeFilled)
        {
            scene.Note("skipped", "disk", "disk-full: this user may have no mount namespace (unshare, nsenter).");
            return;
        }
        await scene.During("disk-full", ["disk"], scene.Between(0.5, 4), kv.Disk.Fill, kv.Disk.MakeRoom);
    }

    private static async Task TearLog(EmbeddedDeployment kv, FaultScene scene) => await scene.During(
        Fault.TornLog, [kv.Replica.Name], TimeSpan.Zero,
        () =>
        {
            kv.Replica.Kill();
            WriteAheadLog.Tear(kv.WriteAheadLog, scene.Random);
            return Task.CompletedTask;
        },
        kv.Replica.Start);

    // It must end by itself, and leave the first one as it is.
    private static async Task StartTwin(EmbeddedDeployment kv, FaultScene scene) =>
        await scene.Once("second-process", kv.Replica.Name, async () =>
    {
        using var twin = kv.Replica.StartTwin();
        await Task.WhenAny(twin.Ended(), Task.Delay(TwinTimeout));
        if (!twin.HasExited || twin.ExitCode == 0)
            scene.Complain("twin", kv.Replica.Name, $"A second process on the same directory went on: {twin.Log}");
        return twin.HasExited ? $"It ended with {twin.ExitCode}." : "It did not end.";
    });
}
