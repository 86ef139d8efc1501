using System.ComponentModel;
using System.Globalization;
using Kv.Testing;

namespace Kv.FaultTests.Deployments;

/// <summary>
/// The disk on which the embedded engine keeps its data. Where the system lets a user have a mount namespace, it is a
/// small file system in memory, which can be filled; elsewhere it is an ordinary directory.
/// </summary>
internal sealed class DataDisk : IDisposable
{
    private const int Megabytes = 128;
    private const int FillerPiece = 64 * 1024;

    private static readonly TimeSpan MountTimeout = TimeSpan.FromSeconds(5);

    private readonly TemporaryDirectory _directory = new();
    private readonly ServerProcess? _keeper;

    private DataDisk() => _keeper = Mount(_directory.Path);

    /// <summary>The directory, as the processes that use it see it.</summary>
    public string Path => _directory.Path;

    /// <summary>The directory, as this process sees it.</summary>
    public string OutsidePath => _keeper is null ? Path : $"/proc/{_keeper.Id}/root{Path}";

    /// <summary>Whether the disk can be filled.</summary>
    public bool CanBeFilled => _keeper is not null;

    /// <summary>The prefix of the command line of a process that uses the disk.</summary>
    public IReadOnlyList<string> Launcher => _keeper is null
        ? []
        : ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", _keeper.Id.ToString(
            CultureInfo.InvariantCulture), "--"];

    private string Filler => System.IO.Path.Combine(OutsidePath, "filler");

    public static DataDisk Make() => new();

    /// <summary>Takes up all the room that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var piece = new byte[FillerPiece];
        try
        {
            while (true)
                file.Write(piece);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Gives back the room that was taken up.</summary>
    public void MakeRoom() => File.Delete(Filler);

    public void Dispose()
    {
        _keeper?.Dispose();
        _directory.Dispose();
    }

    // The namespace, and the mount with it, lasts as long as a process is in it.
    private static ServerProcess? Mount(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var mounted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ServerProcess keeper;
        try
        {
            keeper = ServerProcess.Start(
                "unshare",
                ["--user", "--map-root-user", "--mount", "sh", "-c",
                    $"mount -t tmpfs -o size={Megabytes}m tmpfs '{path}' && echo mounted && exec sleep infinity"],
                onLine: line =>
                {
                    if (line == "mounted")
                        mounted.TrySetResult();
                });
        }
        catch (Win32Exception)
        {
            return null;
        }
        if (
            SpinWait.SpinUntil(() => mounted.Task.IsCompleted || keeper.HasExited, MountTimeout)
                && mounted.Task.IsCompleted)
            return keeper;
        keeper.Dispose();
        return null;
    }
}
