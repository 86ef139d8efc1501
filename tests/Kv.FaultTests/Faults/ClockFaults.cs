using System.Globalization;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Faults;

/// <summary>Faults of the wall clock of a replica.</summary>
internal static class ClockFaults
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "clock-jump";

    private const double MostSeconds = 3;
    private const long Second = 1_000_000;
    private const long UsualTolerance = 250_000;

    public static IReadOnlyList<FaultKind> All { get; } = [FaultKind.Of<Deployment>(Name, Jump)];

    /// <summary>How far the clocks of a run's processes may be apart, in microseconds.</summary>
    public static long Tolerance(RunSettings settings) =>
        UsualTolerance + (KvSettings.HasFakeClock(settings) ? (long)(MostSeconds * Second) + Second : 0);

    private static async Task Jump(Deployment kv, FaultScene scene)
    {
        var replica = scene.Pick(kv.Replicas);
        if (replica.Clock is not { } clock)
        {
            scene.Note(
                "skipped", replica.Name,
                $"{Name}: there is no libfaketime (Debian's package libfaketime, or {FakeClock.Variable}).");
            return;
        }
        var jump = scene.Between(-MostSeconds, MostSeconds);
        await scene.During(
            Name, [replica.Name], scene.Between(1, 5), () => clock.Jump(jump), clock.JumpBack,
            string.Create(CultureInfo.InvariantCulture, $"{jump.TotalSeconds:F3} s"));
    }
}
