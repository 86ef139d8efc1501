using System.Net;
using System.Text;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>
/// The addresses and ports of a replica, separated by spaces: its entry in the queue for the watcher's lock announces
/// them to the other replicas. An entry of simple-golang-kv is empty.
/// </summary>
internal static class Announcement
{
    /// <summary>The announcement of a replica with these listeners.</summary>
    public static ReadOnlyMemory<byte> Encode(IReadOnlyList<IPEndPoint> listeners, IReadOnlyList<IPAddress> machine)
    {
        var elsewhere = machine.Where(address => !IPAddress.IsLoopback(address)).ToList();
        // A loopback address cannot be reached from other machines. A machine without other addresses runs all replicas
        // itself.
        var all = elsewhere.Count > 0 ? elsewhere : machine;
        var endpoints = listeners.SelectMany(listener => MachineAddresses.IsWildcard(listener.Address)
            ? all.Select(address => new IPEndPoint(address, listener.Port))
            : [listener]);
        return Encoding.UTF8.GetBytes(string.Join(' ', endpoints));
    }

    /// <summary>The addresses of an announcement; empty when it cannot be read.</summary>
    public static IEnumerable<IPEndPoint> Read(ReadOnlySpan<byte> note) =>
        Encoding.UTF8.GetString(note).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => IPEndPoint.TryParse(text, out var endpoint) ? endpoint : null)
            .OfType<IPEndPoint>()
            .Where(endpoint => endpoint.Port > 0);
}
