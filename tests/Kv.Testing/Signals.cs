using System.Runtime.InteropServices;

namespace Kv.Testing;

/// <summary>POSIX signals that .NET cannot send.</summary>
public static class Signals
{
    // Linux and macOS number these two differently.
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    private const int Interruption = 2;
    private const int Termination = 15;

    // The place of a thread's state in Linux's /proc: after the name, which may hold anything.
    private const string EndOfName = ") ";

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>SIGSTOP: stops the process where it is, and returns when it stands still.</summary>
    public static void Pause(int processId)
    {
        Send(processId, Stop);
        // The signal is only on its way: a thread on another core may do a whole request's work before it stops.
        if (OperatingSystem.IsLinux() && !SpinWait.SpinUntil(() => HasStopped(processId), StopTimeout))
            throw new InvalidOperationException($"Process {processId} does not stop.");
    }

    /// <summary>SIGCONT: lets a stopped process go on.</summary>
    public static void Resume(int processId) => Send(processId, Continue);

    /// <summary>SIGTERM: asks the process to end.</summary>
    public static void Terminate(int processId) => Send(processId, Termination);

    /// <summary>Whether this process, and so each that it starts, ignores SIGINT. Only Linux reports it.</summary>
    public static bool IsInterruptIgnored =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) >> (Interruption - 1) & 1) == 1;

    /// <summary>SIGINT: what Ctrl-C at a terminal sends.</summary>
    public static void Interrupt(int processId) => Send(processId, Interruption);

    private static bool HasStopped(int processId) =>
        Directory.EnumerateFiles($"/proc/{processId}/task", "stat", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = 1,
        })
            .All(IsOfStoppedThread);

    private static bool IsOfStoppedThread(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            return text[text.LastIndexOf(EndOfName, StringComparison.Ordinal) + EndOfName.Length] is 'T' or 'Z' or 'X';
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return true;
        }
    }

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
            throw new InvalidOperationException(
                $"Signal {signal} to process {processId}: error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
