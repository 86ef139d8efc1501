using System.Net;
using System.Net.Sockets;

namespace Kv.Testing;

/// <summary>
/// Ports for servers that a test starts. They are below the range from which systems take the local ports of
/// outgoing connections, so a server that is down keeps its port free for its restart.
/// </summary>
/// <remarks>
/// A port is free until its server listens. Meanwhile no other test may get it: each test process has ports of its own,
/// and hands them out in turn.
/// </remarks>
public static class FreePort
{
    private const int First = 12_000;
    private const int Size = 1_000;
    private const int Ranges = 20;

    private static readonly (int Start, FileStream Lock) Range = Reserve();
    private static int _count = -1;

    /// <summary>A port of 127.0.0.1 on which no process listens.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < Size; attempt++)
        {
            var port = Range.Start + (int)((uint)Interlocked.Increment(ref _count) % Size);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another program has it.
            }
        }
        throw new InvalidOperationException("No free port on 127.0.0.1.");
    }

    // The end of the process, however it comes, releases the lock.
    private static (int Start, FileStream Lock) Reserve()
    {
        for (var range = 0; range < Ranges; range++)
        {
            try
            {
                var path = Path.Combine(Path.GetTempPath(), $"kv-test-ports-{range}.lock");
                var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
                return (First + (range * Size), file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another process, or another user, has it.
            }
        }
        throw new InvalidOperationException($"{Ranges} test processes have all ports for tests.");
    }
}
