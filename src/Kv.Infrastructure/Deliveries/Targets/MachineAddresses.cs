using System.Net;
using System.Net.NetworkInformation;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>The addresses of the machine (or container) that Kv runs on.</summary>
internal static class MachineAddresses
{
    /// <summary>The addresses of its network interfaces, including loopback, in plain form.</summary>
    public static IReadOnlyList<IPAddress> All() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => EmbeddedIPv4.Plain(unicast.Address))
            .Distinct(),
    ];

    /// <summary>
    /// Whether a plain address leads to this machine. A wildcard does: it means all of its addresses.
    /// </summary>
    public static bool IsHere(IPAddress address, IReadOnlyList<IPAddress> machine) =>
        IPAddress.IsLoopback(address) || IsWildcard(address) || machine.Contains(address);

    /// <summary>Whether a listener's address means all addresses of its machine.</summary>
    public static bool IsWildcard(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
