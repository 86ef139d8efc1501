using System.Net;
using System.Net.Sockets;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>
/// Stands between Kv and etcd. It holds back the bytes that Kv sends, cuts Kv off, and delivers the bytes to etcd
/// later: a request arrives after its sender has given it up.
/// </summary>
internal sealed class LateRelay : IAsyncDisposable
{
    private readonly IPEndPoint _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<Connection> _connections = [];
    private readonly Task _accepting;

    public LateRelay(string server)
    {
        _server = IPEndPoint.Parse(server);
        _listener.Start();
        _accepting = Accept();
    }

    public string Endpoint => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>
    /// Holds back the bytes of the open connections, from the next large write on. Earlier reads of Kv are answered.
    /// </summary>
    public void Hold() => ForAll(connection => connection.Hold());

    /// <summary>Waits until so many bytes are kept.</summary>
    public Task Keeps(long bytes) =>
        Eventually.Holds(() => Sum(connection => connection.Kept) >= bytes, $"{bytes} bytes are kept");

    /// <summary>Cuts the clients of the connections that are held, and leaves the server's side open.</summary>
    public void CutClients() => ForAll(connection => connection.CutClient());

    /// <summary>
    /// Delivers the held bytes, except frames that cancel them, and waits until the server has answered.
    /// </summary>
    public async Task Deliver()
    {
        ForAll(connection => connection.Deliver());
        await Eventually.Holds(
            () => Sum(connection => connection.AnsweredLate) >= Connection.ShortestAnswer, "the server has answered");
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        ForAll(connection => connection.Dispose());
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var connection = new Connection(await _listener.AcceptSocketAsync());
                lock (_gate)
                    _connections.Add(connection);
                await connection.Open(_server);
            }
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException)
        {
            // The listener was closed.
        }
    }

    private void ForAll(Action<Connection> action)
    {
        lock (_gate)
            _connections.ForEach(action);
    }

    private long Sum(Func<Connection, long> bytes)
    {
        lock (_gate)
            return _connections.Sum(bytes);
    }

    private sealed class Connection(Socket client) : IDisposable
    {
        // Longer than the frames that HTTP/2 sends by itself, shorter than etcd's answer to a transaction.
        public const int ShortestAnswer = 60;

        // In bytes: larger than any read request of Kv.
        private const int Large = 4096;

        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);
        private readonly Lock _gate = new();
        private readonly List<byte[]> _kept = [];
        private bool _holdsLarge;
        private bool _isHeld;
        private bool _isDelivered;
        private long _answeredLate;

        public long Kept
        {
            get
            {
                lock (_gate)
                    return _kept.Sum(bytes => (long)bytes.Length);
            }
        }

        public long AnsweredLate => Interlocked.Read(ref _answeredLate);

        public async Task Open(IPEndPoint server)
        {
            client.NoDelay = _server.NoDelay = true;
            await _server.ConnectAsync(server);
            _ = Pump(client, Forward);
            _ = Pump(_server, Answer);
        }

        public void Hold()
        {
            lock (_gate)
                _holdsLarge = true;
        }

        public void CutClient()
        {
            if (_isHeld)
                client.Close(timeout: 0);
        }

        public void Deliver()
        {
            lock (_gate)
            {
                _isDelivered = true;
                _server.Send(WithoutCancellations([.. _kept.SelectMany(bytes => bytes)]));
            }
        }

        public void Dispose()
        {
            client.Dispose();
            _server.Dispose();
        }

        // Kv may have given up a call before it was cut off, and said so by a frame of its own (RFC 9113, section 6.4).
        // This test needs the call to arrive.
        private static byte[] WithoutCancellations(byte[] frames)
        {
            const int header = 9, resetStream = 3;
            var delivered = new List<byte>();
            for (var at = 0; at + header <= frames.Length;)
            {
                var length = header + (frames[at] << 16 | frames[at + 1] << 8 | frames[at + 2]);
                if (frames[at + 3] != resetStream)
                    delivered.AddRange(frames.AsSpan(at, Math.Min(length, frames.Length - at)));
                at += length;
            }
            return [.. delivered];
        }

        private static async Task Pump(Socket from, Action<byte[]> to)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var read)
                    to(buffer[..read]);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // One side was cut. The bytes that it sent before are not lost.
            }
        }

        private void Forward(byte[] bytes)
        {
            lock (_gate)
            {
                _isHeld |= _holdsLarge && bytes.Length >= Large;
                if (_isHeld)
                    _kept.Add(bytes);
                else
                    _server.Send(bytes);
            }
        }

        private void Answer(byte[] bytes)
        {
            if (_isDelivered)
                Interlocked.Add(ref _answeredLate, bytes.Length);
            else
                client.Send(bytes);
        }
    }
}
