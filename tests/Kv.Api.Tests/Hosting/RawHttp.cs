using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Kv.Api.Tests.Hosting;

/// <summary>Sends bytes as they are, where an HTTP client would repair or refuse them.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A request's bytes: Latin-1, so that any byte can be written as a character of the same number.
    /// </summary>
    public static byte[] Request(
        string method, string target, KvClient kv, byte[]? body = null, params string[] headers)
    {
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if (kv.Namespace is not null)
            head.Append(CultureInfo.InvariantCulture, $"KV-Namespace: {kv.Namespace}\r\n");
        if (kv.AppName is not null)
            head.Append(CultureInfo.InvariantCulture, $"KV-App-Name: {kv.AppName}\r\n");
        if (body is not null)
            head.Append(
                CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        foreach (var header in headers)
            head.Append(header).Append("\r\n");
        head.Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body ?? []];
    }

    public static async Task<Answer> Send(Uri address, byte[] request, bool thenEnd = false)
    {
        using var connection = await Connect(address);
        await connection.SendAsync(request);
        if (thenEnd)
            connection.Shutdown(SocketShutdown.Send);
        return await ReadAnswer(connection);
    }

    public static async Task<Socket> Connect(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads until the server ends the connection, as it must: every request here asks for that.</summary>
    public static async Task<Answer> ReadAnswer(Socket connection)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await connection.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
                received.Write(buffer, 0, read);
        }
        catch (SocketException) when (received.Length > 0)
        {
            // Reset after the answer, because the server did not want the rest of the request.
        }
        return Parse(received.ToArray());
    }

    private static Answer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            throw new InvalidOperationException(
                $"No answer, but {bytes.Length} bytes: {Encoding.Latin1.GetString(bytes)}");
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToLookup(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = bytes.AsSpan(end + 4);
        var text = Encoding.UTF8.GetString(headers["Transfer-Encoding"].Contains("chunked") ? Unchunk(body) : body);
        return new Answer(status, Answer.MediaType(headers["Content-Type"].SingleOrDefault()), headers, text);
    }

    private static byte[] Unchunk(ReadOnlySpan<byte> rest)
    {
        var body = new List<byte>();
        while (rest.IndexOf("\r\n"u8) is > 0 and var line)
        {
            var length = int.Parse(
                Encoding.ASCII.GetString(rest[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange(rest.Slice(line + 2, length));
            rest = rest[(line + 2 + length + 2)..];
            if (length == 0)
                break;
        }
        return [.. body];
    }
}
