using System.Collections.Concurrent;
using System.Net;

namespace Kv.Domain.Webhooks;

/// <summary>
/// The listeners of this replica, and the services that it is configured to call. Webhooks must not be sent to them,
/// because Kv can reach hosts that its callers may not.
/// </summary>
public sealed class OwnEndpoints
{
    private readonly ConcurrentDictionary<DnsEndPoint, byte> _services = new();
    private readonly TaskCompletionSource<IReadOnlyList<IPEndPoint>> _listeners =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _version;

    /// <summary>A counter that increases with every change.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The hosts and ports of the services: the telemetry collector, the issuer of tokens.</summary>
    public IEnumerable<DnsEndPoint> Services => _services.Keys;

    /// <summary>The addresses of the listeners. Completes when the replica listens.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listeners => _listeners.Task;

    /// <summary>Adds a service that Kv calls.</summary>
    public void Add(Uri service)
    {
        if (_services.TryAdd(new DnsEndPoint(service.IdnHost, service.Port), 0))
            Interlocked.Increment(ref _version);
    }

    /// <summary>Sets the addresses of the listeners.</summary>
    public void SetListeners(IReadOnlyList<IPEndPoint> listeners)
    {
        if (_listeners.TrySetResult(listeners))
            Interlocked.Increment(ref _version);
    }
}
