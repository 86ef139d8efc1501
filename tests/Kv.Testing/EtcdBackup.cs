namespace Kv.Testing;

/// <summary>Backups of an etcd, made and put back by etcd's own tools.</summary>
public static class EtcdBackup
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Saves a snapshot of the server to a file.</summary>
    public static Task Save(this EtcdServer server, string file) =>
        Run(Tool("etcdctl"), ["--endpoints", server.Endpoint, "snapshot", "save", file]);

    /// <summary>
    /// Ends the members, gives them the data of a snapshot, as one new cluster, and starts them again on the same
    /// ports.
    /// </summary>
    /// <param name="members">All members of the cluster.</param>
    /// <param name="file">The snapshot.</param>
    /// <param name="token">
    /// The token of the new cluster, from which its id is computed; null for the previous token, with which the id
    /// stays the same.
    /// </param>
    /// <param name="options">Further options of the tool that restores.</param>
    public static async Task Restore(
        this IReadOnlyList<EtcdServer> members, string file, string? token = null, params IReadOnlyList<string> options)
    {
        foreach (var member in members)
            member.Kill();
        // etcdutl is the tool since 3.5. etcdctl restores until 3.5.
        var tool = Tool("etcdutl");
        if (!File.Exists(tool))
            tool = Tool("etcdctl");
        foreach (var member in members)
        {
            member.DeleteData();
            await Run(tool, ["snapshot", "restore", file, .. member.Restoring(token), .. options]);
            member.LaunchRestored(token);
        }
        await Task.WhenAll(members.Select(member => member.WaitUntilHealthy()));
    }

    /// <summary>Whether the tool that restores can raise the revision, so that none comes again.</summary>
    public static bool CanBumpRevision => File.Exists(Tool("etcdutl"));

    // The tools are beside the server.
    private static string Tool(string name) => Path.Combine(Path.GetDirectoryName(RequiresEtcd.Check())!, name);

    private static async Task Run(string tool, IReadOnlyList<string> arguments)
    {
        using var process = ServerProcess.Start(tool, arguments, environment => environment["ETCDCTL_API"] = "3");
        await process.Ended().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{Path.GetFileName(tool)} {string.Join(' ', arguments)}: {process.Log}");
    }
}
