using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Kv.Testing;

/// <summary>
/// Stands on 127.0.0.1 between a client and a server, to break the network between them on demand. It starts by
/// forwarding.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    // How much a black hole takes in each direction of a connection before its sender has to wait.
    private const int HeldBytes = 16 * 1024 * 1024;

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
        private readonly CancellationTokenSource _cut = new();
        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);

        public void Cut() => _cut.Cancel();

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

        // Taking bytes does not wait for passing them on.
        private async Task Pump(Socket from, Socket to)
        {
            var held = new Pipe(new PipeOptions(pauseWriterThreshold: HeldBytes, resumeWriterThreshold: HeldBytes / 2));
            try
            {
                await Task.WhenAll(OneBrokenIsAllBroken(Take(from, held.Writer)), OneBrokenIsAllBroken(PassOn(held.Reader, to)));
            }
            finally
            {
                await held.Writer.CompleteAsync();
                await held.Reader.CompleteAsync();
            }
        }

        private async Task Take(Socket from, PipeWriter held)
        {
            while (await from.ReceiveAsync(held.GetMemory(), _cut.Token) is > 0 and var read)
            {
                if (from == client)
                    Interlocked.Add(ref proxy._fromClients, read);
                held.Advance(read);
                await held.FlushAsync(_cut.Token);
            }
            await held.CompleteAsync();
        }

        private async Task PassOn(PipeReader held, Socket to)
        {
            while (true)
            {
                var read = await held.ReadAsync(_cut.Token);
                await proxy.NotInHole().WaitAsync(_cut.Token);
                foreach (var part in read.Buffer)
                    for (var rest = part; !rest.IsEmpty;)
                        rest = rest[await to.SendAsync(rest, _cut.Token)..];
                held.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            to.Shutdown(SocketShutdown.Send);
        }

        private async Task OneBrokenIsAllBroken(Task half)
        {
            try
            {
                await half;
            }
            catch
            {
                await _cut.CancelAsync();
                throw;
            }
        }

        private static void Reset(Socket socket)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is gone already.
            }
        }
    }
}
