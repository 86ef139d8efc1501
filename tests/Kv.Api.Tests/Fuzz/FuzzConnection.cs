using System.Net.Sockets;
using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Fuzz;

/// <summary>Sends one request unchanged, and reads the answer.</summary>
internal static class FuzzConnection
{
    // Longer than any call may take.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A server that can answer has answered by then. Otherwise it waits for the rest of a truncated request, or for
    // another request.
    private static readonly TimeSpan UntilNoMoreComes = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// The status of the answer; null when the server ended the connection without an answer, as it may for a malformed
    /// request.
    /// </summary>
    /// <exception cref="TimeoutException">Neither happened.</exception>
    public static async Task<int?> Send(Uri address, byte[] request)
    {
        using var connection = await RawHttp.Connect(address);
        using var patience = new CancellationTokenSource(Patience);
        using var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            await connection.SendAsync(request, patience.Token);
            while (true)
            {
                var receiving = connection.ReceiveAsync(buffer, patience.Token).AsTask();
                if (await Task.WhenAny(receiving, Task.Delay(UntilNoMoreComes, patience.Token)) != receiving)
                    connection.Shutdown(SocketShutdown.Send);
                if (await receiving is not (> 0 and var read))
                    break;
                received.Write(buffer, 0, read);
                // A watch has no end.
                if (IsStream(received))
                    break;
            }
        }
        catch (SocketException)
        {
            // Reset: the server did not want the rest.
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("No answer.");
        }
        return StatusOf(received);
    }

    private static bool IsStream(MemoryStream received) =>
        received.Length < 4096 && Text(received).Contains("text/event-stream", StringComparison.Ordinal);

    private static int? StatusOf(MemoryStream received) =>
        Text(received).Split(' ', 3) is [_, var status, _] && int.TryParse(status, out var number) ? number : null;

    private static string Text(MemoryStream received) =>
        Encoding.Latin1.GetString(received.GetBuffer(), 0, (int)Math.Min(received.Length, 4096));
}
