using Kv.FaultTests.Running;

namespace Kv.FaultTests.Planting;

/// <summary>
/// A bug that can be planted into a copy of Kv's source: one piece of code is replaced by another. Kv's own source
/// knows nothing of it.
/// </summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="File">The file, below <c>src</c>.</param>
/// <param name="Code">The code that is replaced, which the file has once.</param>
/// <param name="Instead">The code that takes its place. <c>IsPlanted</c> stands for whether the bug is chosen.</param>
internal sealed record PlantedBug(string Name, string File, string Code, string Instead)
{
    /// <summary>The checkers that can find it. Findings of other checkers do not count.</summary>
    public required IReadOnlyList<string> FoundBy { get; init; }

    /// <summary>The engine of the runs that look for it.</summary>
    public Engine Engine { get; init; } = Engine.Etcd;

    /// <summary>The faults of the runs that look for it; null for all.</summary>
    public IReadOnlyList<string>? Faults { get; init; }

    /// <summary>How long a run is at least, in seconds: some faults take their time.</summary>
    public int Seconds { get; init; }

    /// <summary>The seed of the first run. Some features are on in some seeds alone.</summary>
    public int FirstSeed { get; init; } = 1;

    /// <summary>How far apart the seeds of two runs are.</summary>
    public int SeedStep { get; init; } = 1;

    /// <summary>The source of the file with the bug in it.</summary>
    /// <exception cref="InvalidOperationException">The code is not there, or is there more than once.</exception>
    public string PlantInto(string source)
    {
        var times = source.Split(Code).Length - 1;
        if (times != 1)
            throw new InvalidOperationException($"{Name}: {File} has not once, but {times} times:\n{Code}");
        var instead = Instead.Replace("IsPlanted", $"Planted.Is(\"{Name}\")", StringComparison.Ordinal);
        return source.Replace(Code, instead, StringComparison.Ordinal);
    }
}
