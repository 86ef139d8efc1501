using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kv.Benchmarks.Growth;

/// <summary>A client that watches keys over a connection, with as little memory as possible.</summary>
internal sealed class Watcher : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };
    private readonly StringBuilder _seen = new();
    private readonly byte[] _buffer = new byte[1024];

    private Watcher()
    {
    }

    /// <summary>Connects, and waits until the watch has begun.</summary>
    public static async Task<Watcher> Connect(Uri address, string path)
    {
        var watcher = new Watcher();
        await watcher._socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await watcher._socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: text/event-stream\r\n\r\n"));
        await watcher.Await("\r\n\r\n");
        return watcher;
    }

    /// <summary>Completes when a text has come.</summary>
    public async Task Await(string text)
    {
        while (!_seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await _socket.ReceiveAsync(_buffer);
            if (read == 0)
                throw new InvalidOperationException($"The watch ended: {_seen}");
            _seen.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }
        _seen.Clear();
    }

    public void Dispose() => _socket.Dispose();
}
