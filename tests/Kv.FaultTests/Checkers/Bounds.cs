using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// How long Kv may take. The bound of a run is for an idle machine. It grows with the number of threads that want to
/// run for each processor, up to <see cref="MostSlowdown"/> times, and does not hold while the replica is stopped.
/// </summary>
internal sealed class Bounds(Evidence evidence)
{
    /// <summary>
    /// By how many times a loaded machine makes the bound longer at most. A client gives up after that.
    /// </summary>
    public const int MostSlowdown = 3;

    private readonly IReadOnlyList<Fault> _stops = [.. evidence.All<Fault>().Where(fault => fault.Kind == Fault.Stop)];
    private readonly IReadOnlyList<MachineLoad> _loads = evidence.All<MachineLoad>();

    /// <summary>Whether a replica took longer than it may.</summary>
    /// <param name="lasted">How long it took, without the time that it was asked to wait.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="start">When it began.</param>
    /// <param name="end">When it ended.</param>
    public bool IsTooLong(long lasted, string replica, long start, long end) => lasted > evidence.Run.CallBound
        && lasted > evidence.Run.CallBound * Slowdown(start, end)
        && !_stops.Any(stop => stop.Target == replica && stop.Start <= end && stop.End >= start);

    private double Slowdown(long start, long end) => Math.Clamp(
        _loads.Where(load => load.At >= start && load.At <= end).Select(load => load.PerProcessor).DefaultIfEmpty(1)
            .Average(),
        1, MostSlowdown);
}
