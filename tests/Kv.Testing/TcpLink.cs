using System.Collections.Concurrent;

namespace Kv.Testing;

/// <summary>
/// The network between a client and a server, which a test breaks and heals. It holds the connections that a
/// <see cref="TcpProxy"/> forwards over it. It starts healthy.
/// </summary>
public sealed class TcpLink
{
    private readonly ConcurrentDictionary<TcpConnection, Task> _connections = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _holeToServer;
    private TaskCompletionSource? _holeToClient;
    private TaskCompletionSource _healed = New();
    private long _delayMilliseconds;
    private volatile bool _resetsNew;

    /// <summary>How long each piece of data takes, in either direction; zero by default.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromMilliseconds(Interlocked.Read(ref _delayMilliseconds));
        set => Interlocked.Exchange(ref _delayMilliseconds, (long)value.TotalMilliseconds);
    }

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _connections.Count;

    internal bool ResetsNew => _resetsNew;

    internal Task Healed
    {
        get
        {
            lock (_gate)
                return _healed.Task;
        }
    }

    /// <summary>
    /// Heals the link, for old connections and new ones. Bytes that a black hole held back arrive now, in order, as TCP
    /// delivers them after a partition. Connections that were half open end.
    /// </summary>
    public void Forward()
    {
        TaskCompletionSource healed;
        lock (_gate)
        {
            _holeToServer?.TrySetResult();
            _holeToClient?.TrySetResult();
            _holeToServer = _holeToClient = null;
            _resetsNew = false;
            Delay = TimeSpan.Zero;
            (healed, _healed) = (_healed, New());
        }
        healed.TrySetResult();
    }

    /// <summary>Accepts connections and bytes, and forwards nothing in the given direction.</summary>
    public void BlackHole(TcpDirection direction = TcpDirection.Both)
    {
        lock (_gate)
        {
            if (direction.HasFlag(TcpDirection.ToServer))
                _holeToServer ??= New();
            if (direction.HasFlag(TcpDirection.ToClient))
                _holeToClient ??= New();
        }
    }

    /// <summary>Resets new connections; those that are open go on.</summary>
    public void ResetNewConnections() => _resetsNew = true;

    /// <summary>Resets every open connection. New ones are treated as before.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys)
            connection.Cut();
    }

    /// <summary>
    /// Resets every open connection at the server's end alone. The client's end stays open, and nothing answers there,
    /// until the link is healed. A server that lost its power looks like this.
    /// </summary>
    public void HalfOpenConnections()
    {
        var healed = Healed;
        foreach (var connection in _connections.Keys)
            connection.CutServer(healed);
    }

    internal Task Passable(TcpDirection direction)
    {
        lock (_gate)
            return (direction == TcpDirection.ToServer ? _holeToServer : _holeToClient)?.Task ?? Task.CompletedTask;
    }

    // Entered before it runs, so that it can be cut from the first moment on.
    internal void Enter(TcpConnection connection, Task ended) => _connections[connection] = ended;

    internal void Leave(TcpConnection connection) => _connections.TryRemove(connection, out _);

    internal Task Ended() => Task.WhenAll(_connections.Values);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The way that bytes take through a <see cref="TcpProxy"/>.</summary>
[Flags]
public enum TcpDirection
{
    /// <summary>The bytes from the client.</summary>
    ToServer = 1,

    /// <summary>The bytes from the server.</summary>
    ToClient = 2,

    /// <summary>Both.</summary>
    Both = ToServer | ToClient,
}
