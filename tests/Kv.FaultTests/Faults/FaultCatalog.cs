using Kv.FaultTests.Deployments;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Faults;

/// <summary>All faults that can be injected.</summary>
internal static class FaultCatalog
{
    /// <summary>The name that selects no fault.</summary>
    public const string None = "none";

    /// <summary>The faults of a deployment of an engine.</summary>
    public static IReadOnlyList<FaultKind> For(Engine engine) => engine == Engine.Etcd
        ? [.. MemberFaults.All, .. ReplicaFaults.All, .. ClockFaults.All, .. LinkFaults.All, .. PeerFaults.All,
            .. StoreFaults.All]
        : [.. ReplicaFaults.All, .. ClockFaults.All, .. EmbeddedFaults.All];

    /// <summary>
    /// The faults of a run. A name selects all kinds that begin with it: <c>link</c> every fault of links.
    /// </summary>
    /// <exception cref="ArgumentException">No kind begins with a name.</exception>
    public static IReadOnlyList<FaultKind> Chosen(RunSettings settings)
    {
        var all = For(settings.Engine);
        if (settings.Faults is not { } names)
            return [.. all.Where(kind => KvSettings.HasFakeClock(settings) || !ClockFaults.All.Contains(kind))];
        foreach (var name in names)
            if (name != None && !all.Any(kind => kind.Name.StartsWith(name, StringComparison.Ordinal)))
                throw new ArgumentException(
                    $"--faults: '{name}' is no fault of {settings.Engine}; there are {None}, "
                        + $"{string.Join(", ", all.Select(kind => kind.Name))}");
        return [.. all.Where(kind => names.Any(name => kind.Name.StartsWith(name, StringComparison.Ordinal)))];
    }
}
