using System.Net;

namespace Kv.Infrastructure.Deliveries;

/// <summary>The IPv4 addresses to which IPv6 addresses lead, by whichever way of carrying them.</summary>
internal static class CarriedAddresses
{
    private const int Last = 12;

    // An IPv4 address stands in the last four bytes: compatible (RFC 4291), translated (RFC 7915), NAT64 (RFC 6052).
    private static readonly IPNetwork[] AtTheEnd =
        [IPNetwork.Parse("::/96"), IPNetwork.Parse("::ffff:0:0:0/96"), IPNetwork.Parse("64:ff9b::/96")];

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");
    private static readonly IPNetwork LocalNat64 = IPNetwork.Parse("64:ff9b:1::/48");

    /// <summary>
    /// The address as it is judged and dialled: without a scope, which would hide it from comparisons, and as IPv4
    /// where it is IPv4 in another spelling.
    /// </summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    /// <summary>The IPv4 addresses that a plain address may carry; none when it stands for itself.</summary>
    public static IReadOnlyList<IPAddress> In(IPAddress address)
    {
        if (address.GetAddressBytes() is not { Length: 16 } bytes || IsItself(address))
            return [];
        if (Array.Exists(AtTheEnd, network => network.Contains(address)))
            return [IPv4(bytes, Last)];
        if (SixToFour.Contains(address))
            return [IPv4(bytes, 2)];
        if (Teredo.Contains(address))
            return [new IPAddress([(byte)~bytes[12], (byte)~bytes[13], (byte)~bytes[14], (byte)~bytes[15]])];
        return LocalNat64.Contains(address) ? InLocalNat64(bytes) : [];
    }

    // "::" and "::1" lie among the compatible addresses.
    private static bool IsItself(IPAddress address) =>
        address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.IPv6Loopback);

    // How long the prefix is that a network uses here is its own affair, and the IPv4 address moves with it (RFC 6052,
    // section 2.2). A reading that comes to 0.x.x.x is of padding, unless there is no other.
    private static IPAddress[] InLocalNat64(byte[] bytes)
    {
        IPAddress[] readings =
        [
            IPv4(bytes, Last),
            new([bytes[6], bytes[7], bytes[9], bytes[10]]),
            new([bytes[7], bytes[9], bytes[10], bytes[11]]),
            IPv4(bytes, 9),
        ];
        var likely = Array.FindAll(readings, reading => reading.GetAddressBytes()[0] != 0);
        return likely.Length > 0 ? likely : readings;
    }

    private static IPAddress IPv4(byte[] bytes, int start) => new(bytes.AsSpan(start, 4));
}
