using System.Runtime.InteropServices;

namespace Kv.Testing;

/// <summary>POSIX signals that .NET cannot send.</summary>
internal static class Signals
{
    // Linux and macOS number these two differently.
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    public static void Pause(int processId) => Send(processId, Stop);

    public static void Resume(int processId) => Send(processId, Continue);

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
