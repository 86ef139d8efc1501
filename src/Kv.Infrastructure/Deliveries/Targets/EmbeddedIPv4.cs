using System.Net;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>The IPv4 addresses that IPv6 addresses embed, by all ways of embedding.</summary>
internal static class EmbeddedIPv4
{
    private const int Last = 12;

    // The IPv4 address is in the last four bytes: compatible (RFC 4291), translated (RFC 7915), NAT64 (RFC 6052).
    private static readonly IPNetwork[] AtTheEnd =
        [IPNetwork.Parse("::/96"), IPNetwork.Parse("::ffff:0:0:0/96"), IPNetwork.Parse("64:ff9b::/96")];

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");
    private static readonly IPNetwork LocalNat64 = IPNetwork.Parse("64:ff9b:1::/48");

    /// <summary>
    /// The form in which an address is checked and dialled: without a scope, which would prevent comparisons, and as
    /// IPv4 if it is an IPv4-mapped IPv6 address.
    /// </summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    /// <summary>The IPv4 addresses that a plain address may embed; empty when it embeds none.</summary>
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

    // "::" and "::1" are in the range of the compatible addresses.
    private static bool IsItself(IPAddress address) =>
        address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.IPv6Loopback);

    // Each network chooses the length of its prefix, and the position of the IPv4 address depends on it (RFC 6052,
    // section 2.2). A reading of 0.x.x.x comes from padding, unless there is no other reading.
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
