using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Kv.Testing;

/// <summary>
/// Stands on 127.0.0.1 between a client and a server, to break the network between them on demand. It starts by
/// forwarding.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly int _port;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private readonly Lock _gate = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private TaskCompletionSource? _hole;
    private int _accepted;
    private long _fromClients;

    private TcpProxy(IPEndPoint target)
    {
        _target = target;
        _port = FreePort.Next();
        Listen();
    }

    /// <summary>Where clients connect, as host:port.</summary>
    public string Endpoint => $"127.0.0.1:{_port}";

    /// <summary>Where clients connect, as an http address.</summary>
    public Uri Uri => new($"http://{Endpoint}");

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>How many connections were ever accepted.</summary>
    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>How many bytes clients ever sent, whether or not they were forwarded.</summary>
    public long BytesFromClients => Interlocked.Read(ref _fromClients);

    /// <summary>Starts a proxy before a server.</summary>
    /// <param name="target">The server, as ip:port.</param>
    public static TcpProxy To(string target) => new(IPEndPoint.Parse(target));

    /// <summary>
    /// Forwards, on old connections and new ones. Bytes that a black hole held back arrive now, in order, as TCP
    /// delivers them after a partition has healed.
    /// </summary>
    public void Forward()
    {
        lock (_gate)
        {
            _hole?.TrySetResult();
            _hole = null;
            Listen();
        }
    }

    /// <summary>Goes on accepting connections and bytes, and forwards nothing in either direction.</summary>
    public void BlackHole()
    {
        lock (_gate)
        {
            _hole ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Listen();
        }
    }

    /// <summary>Refuses new connections; those that are open go on, until <see cref="CutConnections"/>.</summary>
    public void RefuseConnections()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
        }
    }

    /// <summary>Resets every open connection. New ones are treated as before.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys)
            connection.Cut();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        RefuseConnections();
        await _disposed.CancelAsync();
        await _accepting;
        CutConnections();
        await Task.WhenAll(_connections.Values);
        _disposed.Dispose();
    }

    private void Listen()
    {
        if (_listener is not null)
            return;
        var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        _listener = listener;
        _accepting = Task.WhenAll(_accepting, Accept(listener));
    }

    private async Task Accept(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_disposed.Token);
                Interlocked.Increment(ref _accepted);
                var connection = new Connection(this, client);
                // Entered before it runs, so that it can be cut from the first moment on.
                var ended = new TaskCompletionSource();
                _connections[connection] = ended.Task;
                _ = Run(connection, ended);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The listener was closed, while it waited or just before.
        }
    }

    private async Task Run(Connection connection, TaskCompletionSource ended)
    {
        await connection.Run();
        _connections.TryRemove(connection, out _);
        ended.SetResult();
    }

    private Task NotInHole()
    {
        lock (_gate)
            return _hole?.Task ?? Task.CompletedTask;
    }

    private sealed class Connection(TcpProxy proxy, Socket client)
    {
        private const int MaxHeldChunks = 1024;

        private readonly CancellationTokenSource _cut = new();
        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);

        // Both ends see the reset before this returns: nothing is sent on a connection that was cut.
        public void Cut()
        {
            _cut.Cancel();
            Reset(client);
            Reset(_server);
        }

        public async Task Run()
        {
            using (client)
            using (_server)
            {
                try
                {
                    client.NoDelay = _server.NoDelay = true;
                    await proxy.NotInHole().WaitAsync(_cut.Token);
                    await _server.ConnectAsync(proxy._target, _cut.Token);
                    await Task.WhenAll(Pump(client, _server), Pump(_server, client));
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
                {
                    // The other side sees a reset too.
                    Reset(client);
                    Reset(_server);
                }
            }
        }

        // Reading goes on while nothing is forwarded: to whoever sends, a black hole looks like a network that takes all.
        private async Task Pump(Socket from, Socket to)
        {
            var held = Channel.CreateBounded<ReadOnlyMemory<byte>>(MaxHeldChunks);
            await Task.WhenAll(CutIfBroken(Read(from, held.Writer)), CutIfBroken(Forward(held.Reader, to)));
        }

        // One part broken is all broken.
        private async Task CutIfBroken(Task part)
        {
            try
            {
                await part;
            }
            catch
            {
                await _cut.CancelAsync();
                throw;
            }
        }

        private async Task Read(Socket from, ChannelWriter<ReadOnlyMemory<byte>> held)
        {
            try
            {
                var buffer = new byte[64 * 1024];
                while (await from.ReceiveAsync(buffer, _cut.Token) is > 0 and var read)
                {
                    if (from == client)
                        Interlocked.Add(ref proxy._fromClients, read);
                    await held.WriteAsync(buffer.AsSpan(0, read).ToArray(), _cut.Token);
                }
                held.Complete();
            }
            catch (Exception error)
            {
                held.Complete(error);
                throw;
            }
        }

        private async Task Forward(ChannelReader<ReadOnlyMemory<byte>> held, Socket to)
        {
            await foreach (var chunk in held.ReadAllAsync(_cut.Token))
            {
                await proxy.NotInHole().WaitAsync(_cut.Token);
                for (var sent = 0; sent < chunk.Length;)
                    sent += await to.SendAsync(chunk[sent..], _cut.Token);
            }
            await proxy.NotInHole().WaitAsync(_cut.Token);
            to.Shutdown(SocketShutdown.Send);
        }

        private static void Reset(Socket socket)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is gone already.
            }
        }
    }
}
