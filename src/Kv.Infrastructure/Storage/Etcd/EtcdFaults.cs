namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>Faults of etcd that affect Kv's users, and the affected versions, according to etcd's changelogs.</summary>
internal static class EtcdFaults
{
    private static readonly Version EndOfLife = new(3, 5, 0);

    private static readonly Fault[] All =
    [
        new(20418, "linearizable reads can be stale after a member was paused",
            new(3, 4, 42), new(3, 5, 28), new(3, 6, 9)),
        new(19179, "a watch can miss a deletion at the moment of a compaction", new(3, 4, 36), new(3, 5, 18)),
        new(14370, "a single member can lose what it has acknowledged", new(3, 4, 21), new(3, 5, 5)),
        new(13766, "members can differ after one was killed", new Version(3, 5, 3)) { Since = new(3, 5, 0) },
    ];

    /// <summary>The known faults of a version, with the numbers of etcd's issues; null when there are none.</summary>
    /// <param name="reported">The version as the member reports it.</param>
    public static string? InVersion(string reported)
    {
        if (!Version.TryParse(reported.Split('-', '+')[0], out var version))
            return null;
        List<string> known = [.. All.Where(fault => fault.IsIn(version)).Select(
            fault => $"{fault.What} (etcd#{fault.Issue})")];
        if (version < EndOfLife)
            known.Add("it is at its end of life");
        return known.Count == 0 ? null : string.Join(", ", known);
    }

    /// <summary>
    /// Whether a member's answers to progress requests are reliable. Before 3.4.25 and 3.5.8 it may report that a watch
    /// is up to date though it is not (etcd's issue 15220).
    /// </summary>
    public static bool ReportsProgress(string reported) => Version.TryParse(reported.Split('-')[0], out var version)
        && (version.Major, version.Minor) switch
        {
            (3, <= 4) => version >= new Version(3, 4, 25),
            (3, 5) => version >= new Version(3, 5, 8),
            _ => true,
        };

    /// <param name="Issue">The number of etcd's issue.</param>
    /// <param name="What">The consequence of the fault.</param>
    /// <param name="FixedIn">
    /// For each minor version, the first fixed version; later minor versions never had the fault.
    /// </param>
    private sealed record Fault(int Issue, string What, params Version[] FixedIn)
    {
        /// <summary>The first version with the fault.</summary>
        public Version Since { get; init; } = new();

        public bool IsIn(Version version) =>
            version >= Since && version < FixedIn[^1] && !Array.Exists(FixedIn, fixedIn => IsPatchOf(fixedIn, version));

        private static bool IsPatchOf(Version fixedIn, Version version) =>
            (fixedIn.Major, fixedIn.Minor) == (version.Major, version.Minor) && version >= fixedIn;
    }
}
