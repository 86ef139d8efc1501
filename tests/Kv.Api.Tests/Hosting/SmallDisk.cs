using System.ComponentModel;
using System.Diagnostics;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>A small disk: a file system in memory, unmounted when disposed of. It needs root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Path => _directory.Path;

    /// <summary>Mounts a disk, or skips the current test where it cannot.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path) == 0)
            return disk;
        disk._directory.Dispose();
        Assert.Ignore("A small disk can only be mounted by root on Linux.");
        throw new UnreachableException();
    }

    public void Dispose()
    {
        // Lazily, so that a process with an open file, such as a host that failed to stop, does not keep it mounted.
        _ = Run("umount", "--lazy", Path);
        _directory.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            return -1;
        }
    }
}
