using System.Net;
using System.Net.Sockets;

namespace Kv.Testing;

/// <summary>
/// Ports for servers that a test starts. They are below the range from which systems take the local ports of
/// outgoing connections, so a server that is down keeps its port free for its restart.
/// </summary>
public static class FreePort
{
    /// <summary>A port of 127.0.0.1 on which no process listens.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(12_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another process has it.
            }
        }
        throw new InvalidOperationException("No free port on 127.0.0.1.");
    }
}
