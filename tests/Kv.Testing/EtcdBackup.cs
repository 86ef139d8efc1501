using System.Globalization;
using System.Text.RegularExpressions;

namespace Kv.Testing;

/// <summary>Backups of an etcd, made and put back by etcd's own tools.</summary>
public static partial class EtcdBackup
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Saves a snapshot of the server to a file.</summary>
    public static Task Save(this EtcdServer server, string file) =>
        Run(Tool("etcdctl"), ["--endpoints", server.Endpoint, "snapshot", "save", file]);

    /// <summary>
    /// Ends all members in order, and saves the data of the one that is ahead: a snapshot with every acknowledged
    /// write.
    /// </summary>
    public static async Task SaveLast(this IReadOnlyList<EtcdServer> members, string file)
    {
        await Task.WhenAll(members.Select(member => member.Terminate()));
        var databases = members.Select(member => Path.Combine(member.DataDirectory, "member", "snap", "db")).ToList();
        var revisions = await Task.WhenAll(databases.Select(Revision));
        File.Copy(databases[Array.IndexOf(revisions, revisions.Max())], file);
    }

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
        foreach (var member in members)
        {
            member.DeleteData();
            await Run(FileTool, ["snapshot", "restore", file, .. member.Restoring(token), .. options]);
            member.LaunchRestored(token);
        }
        await Task.WhenAll(members.Select(member => member.WaitUntilHealthy()));
    }

    /// <summary>Whether the tool that restores can raise the revision, so that none comes again.</summary>
    public static bool CanBumpRevision => File.Exists(Tool("etcdutl"));

    // etcdutl is the tool for files since 3.5; before it was etcdctl.
    private static string FileTool => Tool(CanBumpRevision ? "etcdutl" : "etcdctl");

    // The tools are beside the server.
    private static string Tool(string name) => Path.Combine(Path.GetDirectoryName(RequiresEtcd.Check())!, name);

    private static async Task<long> Revision(string file)
    {
        var status = await Run(FileTool, ["snapshot", "status", file, "--write-out", "fields"]);
        return long.Parse(RevisionField().Match(status).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("\"Revision\" : (\\d+)")]
    private static partial Regex RevisionField();

    private static async Task<string> Run(string tool, IReadOnlyList<string> arguments)
    {
        using var process = ServerProcess.Start(tool, arguments, environment => environment["ETCDCTL_API"] = "3");
        await process.Ended().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{Path.GetFileName(tool)} {string.Join(' ', arguments)}: {process.Log}");
        return process.Log;
    }
}
