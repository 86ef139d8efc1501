using System.Runtime.InteropServices;

namespace Kv.Testing;

/// <summary>POSIX signals that .NET cannot send.</summary>
public static class Signals
{
    // Linux and macOS number these two differently.
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    private const int Termination = 15;

    /// <summary>SIGSTOP: stops the process where it is.</summary>
    public static void Pause(int processId) => Send(processId, Stop);

    /// <summary>SIGCONT: lets a stopped process go on.</summary>
    public static void Resume(int processId) => Send(processId, Continue);

    /// <summary>SIGTERM: asks the process to end.</summary>
    public static void Terminate(int processId) => Send(processId, Termination);

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
