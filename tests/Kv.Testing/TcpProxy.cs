using System.Net;
using System.Net.Sockets;

namespace Kv.Testing;

/// <summary>
/// A proxy on 127.0.0.1 between clients and a server, to break the network between them on demand. It starts by
/// forwarding. All clients share one link, unless a function chooses a link for each.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly Func<byte[], TcpLink?>? _linkOf;
    private readonly int _port;
    private readonly TcpLink _link = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _gate = new();
    private readonly HashSet<TcpLink> _links;
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _accepted;
    private long _fromClients;

    private TcpProxy(IPEndPoint target, Func<byte[], TcpLink?>? linkOf)
    {
        _target = target;
        _linkOf = linkOf;
        _links = [_link];
        _port = FreePort.Next();
        Listen();
    }

    /// <summary>Where clients connect, as host:port.</summary>
    public string Endpoint => $"127.0.0.1:{_port}";

    /// <summary>Where clients connect, as an http address.</summary>
    public Uri Uri => new($"http://{Endpoint}");

    /// <summary>The common link: that of all clients without a link of their own.</summary>
    public TcpLink Link => _link;

    /// <summary>How many connections are open on it.</summary>
    public int OpenConnections => _link.OpenConnections;

    /// <summary>How many connections were ever accepted.</summary>
    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>How many bytes clients ever sent, whether or not they were forwarded.</summary>
    public long BytesFromClients => Interlocked.Read(ref _fromClients);

    /// <summary>Starts a proxy before a server.</summary>
    /// <param name="target">The server, as ip:port.</param>
    /// <param name="linkOf">
    /// Chooses a client's link by its first bytes; a null result chooses the common link. Null for one link for all.
    /// </param>
    public static TcpProxy To(string target, Func<byte[], TcpLink?>? linkOf = null) =>
        new(IPEndPoint.Parse(target), linkOf);

    /// <inheritdoc cref="TcpLink.Forward"/>
    public void Forward()
    {
        _link.Forward();
        Listen();
    }

    /// <summary>Still accepts connections and bytes, and forwards nothing in either direction.</summary>
    public void BlackHole()
    {
        _link.BlackHole();
        Listen();
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

    /// <inheritdoc cref="TcpLink.CutConnections"/>
    public void CutConnections() => _link.CutConnections();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        RefuseConnections();
        await _disposed.CancelAsync();
        await _accepting;
        List<TcpLink> links;
        lock (_gate)
            links = [.. _links];
        foreach (var link in links)
            link.CutConnections();
        await Task.WhenAll(links.Select(link => link.Ended()));
        _disposed.Dispose();
    }

    private void Listen()
    {
        lock (_gate)
        {
            if (_listener is not null)
                return;
            var listener = new TcpListener(IPAddress.Loopback, _port);
            listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Start();
            _listener = listener;
            _accepting = Task.WhenAll(_accepting, Accept(listener));
        }
    }

    private async Task Accept(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_disposed.Token);
                Interlocked.Increment(ref _accepted);
                _ = Run(new TcpConnection(_target, client, read => Interlocked.Add(ref _fromClients, read)));
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The listener was closed, while it waited or just before.
        }
    }

    private async Task Run(TcpConnection connection)
    {
        var ended = new TaskCompletionSource();
        _link.Enter(connection, ended.Task);
        var link = _link;
        try
        {
            byte[]? first = [];
            if (
                _linkOf is not null && (first = await connection.FirstBytes()) is not null
                    && _linkOf(first) is { } other)
            {
                lock (_gate)
                    _links.Add(other);
                other.Enter(connection, ended.Task);
                _link.Leave(connection);
                link = other;
            }
            if (first is null || link.ResetsNew)
                connection.Cut();
            else
                await connection.Run(link, first);
        }
        finally
        {
            link.Leave(connection);
            ended.SetResult();
        }
    }
}
