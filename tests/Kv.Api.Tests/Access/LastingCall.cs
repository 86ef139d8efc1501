using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>
/// A request over a connection of its own, whose body goes out piece by piece and whose answer is read at leisure.
/// </summary>
internal sealed class LastingCall : IDisposable
{
    private readonly Socket _connection;

    private LastingCall(Socket connection) => _connection = connection;

    /// <summary>Whether a part of the answer has arrived.</summary>
    public bool IsAnswered => _connection.Available > 0;

    /// <summary>Sends the head of a request. With a content type, a body follows.</summary>
    public static async Task<LastingCall> Begin(
        Uri address, KvClient kv, string method, string target, string? contentType = null, params string[] headers)
    {
        var connection = await RawHttp.Connect(address);
        string[] body = contentType is null ? [] : [$"Content-Type: {contentType}", "Transfer-Encoding: chunked"];
        await connection.SendAsync(RawHttp.Request(
            method, target, kv, null, [.. body, .. headers, $"Authorization: Bearer {kv.Credential}"]));
        return new LastingCall(connection);
    }

    /// <summary>Sends a piece of the body.</summary>
    public async Task Send(string piece)
    {
        var bytes = Encoding.UTF8.GetBytes(piece);
        await _connection.SendAsync(
            Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
        await _connection.SendAsync((byte[])[.. bytes, .. "\r\n"u8]);
    }

    /// <summary>Ends the body.</summary>
    public async Task End() => await _connection.SendAsync("0\r\n\r\n"u8.ToArray());

    /// <summary>The answer, once the server ends the connection.</summary>
    public Task<Answer> Answer() => RawHttp.ReadAnswer(_connection);

    /// <summary>Takes a little of the answer again and again until the server ends the connection.</summary>
    /// <returns>The received text.</returns>
    public async Task<string> ReadSlowly()
    {
        var received = new StringBuilder();
        var buffer = new byte[32 * 1024];
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    var read = await _connection.ReceiveAsync(buffer);
                    received.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    return read == 0;
                }
                catch (SocketException)
                {
                    return true;
                }
            },
            "the answer ends", TimeSpan.FromMinutes(1));
        return received.ToString();
    }

    public void Dispose() => _connection.Dispose();
}
