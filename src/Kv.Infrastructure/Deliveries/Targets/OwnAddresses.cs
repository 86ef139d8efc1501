using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>
/// The addresses and ports of the deployment itself: those of its replicas, of the store's servers, and of the services
/// in its configuration. Members and names change, so the addresses are refreshed before a call.
/// </summary>
internal sealed class OwnAddresses(
    OwnEndpoints own, IStore store, KeyLayout layout, AddressResolver resolve, TimeProvider time)
{
    private const int MaxReplicas = 1000;

    /// <summary>How long a lookup stays valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task<View>? _lookup;
    private volatile View? _view;

    /// <summary>Refreshes the addresses, unless a recent lookup is still valid.</summary>
    /// <exception cref="StoreException">The store does not answer, and there is no earlier lookup.</exception>
    public async ValueTask Refresh(CancellationToken cancellationToken)
    {
        if (_view is { } view && view.Version == own.Version && time.GetElapsedTime(view.At) < Lifetime)
            return;
        Task<View> lookup;
        lock (_gate)
            lookup = _lookup is { IsCompleted: false } ? _lookup : _lookup = Task.Run(LookUp, CancellationToken.None);
        _view = await lookup.WaitAsync(cancellationToken);
    }

    /// <summary>Whether an address, in plain form, and a port are the deployment's own.</summary>
    public bool Contain(IPAddress address, int port)
    {
        if (_view is not { } view)
            return false;
        // Every address of this machine leads to a listener on all of them.
        return IPAddress.IsLoopback(address) || view.Machine.Contains(address)
            ? view.Here.Contains(port)
            : view.Elsewhere.Contains(new IPEndPoint(address, port));
    }

    /// <summary>Whether a host's name and a port are the deployment's own, whatever addresses the name has.</summary>
    public bool Contain(DnsEndPoint endpoint) => _view is { } view && view.Names.ContainsKey(endpoint);

    private async Task<View> LookUp()
    {
        var (at, version) = (time.GetTimestamp(), own.Version);
        var (servers, replicas) = await AskStore();
        var listeners = own.Listeners.IsCompletedSuccessfully ? await own.Listeners : [];
        // A member may have one host for its peers and another for its clients: combine each port with each host.
        var ports = servers.Select(server => server.Port).Distinct().ToList();
        var names = own.Services
            .Concat(servers.SelectMany(server => ports.Select(port => new DnsEndPoint(server.IdnHost, port))))
            .Distinct();
        var known = await Task.WhenAll(names.Select(async name => (Name: name, Addresses: await AddressesOf(name))));
        var machine = MachineAddresses.All();
        var places = known.SelectMany(one => one.Addresses.Select(address => new IPEndPoint(address, one.Name.Port)))
            .Concat(listeners).Concat(replicas)
            .Select(place => new IPEndPoint(EmbeddedIPv4.Plain(place.Address), place.Port))
            .ToLookup(place => MachineAddresses.IsHere(place.Address, machine));
        return new View(
            at, version, servers, replicas, known.ToFrozenDictionary(one => one.Name, one => one.Addresses),
            machine.ToFrozenSet(), Here: places[true].Select(place => place.Port).ToFrozenSet(),
            Elsewhere: places[false].ToFrozenSet());
    }

    // While the store is unavailable, the last known servers and replicas are used.
    private async Task<(IReadOnlyList<Uri> Servers, IReadOnlyList<IPEndPoint> Replicas)> AskStore()
    {
        var before = _view;
        try
        {
            return (await store.Servers(CancellationToken.None), await Replicas());
        }
        catch (StoreException) when (before is not null)
        {
            return (before.Servers, before.Replicas);
        }
    }

    private async Task<List<IPEndPoint>> Replicas()
    {
        var queue = await store.Range(new RangeQuery(layout.WatcherQueue, MaxReplicas), CancellationToken.None);
        return [.. queue.Entries.SelectMany(entry => Announcement.Read(entry.Value.Span))];
    }

    private async Task<IPAddress[]> AddressesOf(DnsEndPoint name)
    {
        if (IPAddress.TryParse(name.Host, out var literal))
            return [literal];
        try
        {
            using var patience = new CancellationTokenSource(LookUpPatience, time);
            return await resolve(name.Host, patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return _view is { } view && view.Names.TryGetValue(name, out var before) ? before : [];
        }
    }

    /// <param name="At">The time at which the lookup began.</param>
    /// <param name="Version">The version of this replica's own endpoints at that time.</param>
    /// <param name="Names">The names of hosts, with their addresses.</param>
    /// <param name="Here">The own ports on this machine.</param>
    /// <param name="Elsewhere">The own addresses and ports on other machines.</param>
    private sealed record View(
        long At, int Version, IReadOnlyList<Uri> Servers, IReadOnlyList<IPEndPoint> Replicas,
        FrozenDictionary<DnsEndPoint, IPAddress[]> Names, FrozenSet<IPAddress> Machine, FrozenSet<int> Here,
        FrozenSet<IPEndPoint> Elsewhere);
}
