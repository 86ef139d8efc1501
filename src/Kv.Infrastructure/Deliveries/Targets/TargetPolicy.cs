using System.Net;
using System.Net.Sockets;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>
/// Decides which addresses may be dialled. A webhook must not give its owner access to addresses that only Kv may
/// reach.
/// </summary>
internal sealed class TargetPolicy(TargetOptions options, OwnAddresses own) : IWebhookTargets
{
    private const string Own = "the address and port are this deployment's own";

    // "etcd-client" and "etcd-server" in IANA's registry of ports. An etcd may have addresses that are not in its
    // member list.
    private const int EtcdClientPort = 2379;
    private const int EtcdPeerPort = 2380;

    private const int MappedBits = 96;

    private readonly IPNetwork[] _allow = [.. options.Allow.Select(Plain)];
    private readonly IPNetwork[] _deny = [.. options.Deny.Select(Plain)];

    public async ValueTask<string?> Refusal(string endpoint, CancellationToken cancellationToken)
    {
        var uri = new Uri(endpoint);
        await Refresh(cancellationToken);
        return IPAddress.TryParse(uri.IdnHost, out var address)
            ? Refusal(address, uri.Port)
            : Refusal(new DnsEndPoint(uri.IdnHost, uri.Port));
    }

    /// <inheritdoc cref="OwnAddresses.Refresh"/>
    public ValueTask Refresh(CancellationToken cancellationToken) => own.Refresh(cancellationToken);

    /// <summary>Checks a host's name, before its addresses are checked.</summary>
    /// <returns>The reason for a refusal, as below; null when its addresses may be checked.</returns>
    public string? Refusal(DnsEndPoint endpoint) => own.Contain(endpoint) ? Own : null;

    /// <summary>Checks an address and a port. An IPv6 address that embeds an IPv4 address is checked by that.</summary>
    /// <returns>
    /// The reason for a refusal, which completes "The target is not allowed:"; null when it may be dialled.
    /// </returns>
    public string? Refusal(IPAddress address, int port)
    {
        var plain = EmbeddedIPv4.Plain(address);
        if (Refusal(plain) is { } reason)
            return reason;
        if (port is EtcdClientPort or EtcdPeerPort)
            return "the port is etcd's";
        return own.Contain(plain, port) || EmbeddedIPv4.In(plain).Any(inner => own.Contain(inner, port))
            ? Own
            : null;
    }

    private string? Refusal(IPAddress plain)
    {
        if (IsIn(_deny, plain))
            return "the address is denied by the configuration";
        var embedded = EmbeddedIPv4.In(plain);
        if (embedded.Count == 0)
            return Purpose(plain) is { } purpose ? $"the address is {purpose}" : null;
        foreach (var inner in embedded)
            if (IsIn(_deny, inner))
                return "the address carries an IPv4 address that is denied by the configuration";
            else if (Purpose(inner) is { } purpose)
                return $"the address carries an IPv4 address that is {purpose}";
        return null;
    }

    private string? Purpose(IPAddress address) =>
        AddressRanges.Forbidden(address)
        ?? (options.Mode == TargetMode.Public && !IsIn(_allow, address) ? AddressRanges.Private(address) : null);

    private static bool IsIn(IPNetwork[] networks, IPAddress address) =>
        Array.Exists(networks, network => network.Contains(address));

    // A network of IPv4-mapped IPv6 addresses means the IPv4 addresses.
    private static IPNetwork Plain(IPNetwork network) =>
        network.BaseAddress is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } mapped
        && network.PrefixLength >= MappedBits
            ? new IPNetwork(mapped.MapToIPv4(), network.PrefixLength - MappedBits)
            : network;
}
