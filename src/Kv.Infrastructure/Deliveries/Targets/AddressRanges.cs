using System.Net;
using System.Net.Sockets;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>
/// The purposes of addresses: IANA's special-purpose registries of IPv4 and IPv6 addresses, and the metadata services
/// of clouds, which return a machine's credentials.
/// </summary>
internal static class AddressRanges
{
    // The order matters: the first range that contains an address names its purpose.
    private static readonly Range[] ForbiddenRanges =
    [
        .. Ranges("unspecified", "0.0.0.0/8", "::/128"),
        .. Ranges("link-local", "169.254.0.0/16", "fe80::/10"),
        .. Ranges(
            "a metadata service's",
            "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128"),
        .. Ranges("multicast", "224.0.0.0/4", "ff00::/8"),
        .. Ranges(
            "reserved",
            "240.0.0.0/4", "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "192.88.99.0/24",
            "2001::/23", "2001:db8::/32", "3fff::/20"),
    ];

    private static readonly Range[] PrivateRanges =
    [
        .. Ranges("loopback", "127.0.0.0/8", "::1/128"),
        .. Ranges(
            "private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "fc00::/7"),
    ];

    // IANA allocates only these IPv6 addresses; the others must not be called.
    private static readonly IPNetwork Allocated = IPNetwork.Parse("2000::/3");

    /// <summary>The purpose of an address that may never be called; null for any other address.</summary>
    public static string? Forbidden(IPAddress address)
    {
        if (Find(ForbiddenRanges, address) is { } purpose)
            return purpose;
        return address.AddressFamily == AddressFamily.InterNetwork || Allocated.Contains(address)
            || Private(address) is not null
            ? null
            : "reserved";
    }

    /// <summary>The purpose of an address that is not reachable over the Internet; null when it is.</summary>
    public static string? Private(IPAddress address) => Find(PrivateRanges, address);

    private static string? Find(Range[] ranges, IPAddress address)
    {
        foreach (var range in ranges)
            if (range.Network.Contains(address))
                return range.Purpose;
        return null;
    }

    private static IEnumerable<Range> Ranges(string purpose, params string[] networks) =>
        networks.Select(network => new Range(IPNetwork.Parse(network), purpose));

    private sealed record Range(IPNetwork Network, string Purpose);
}
