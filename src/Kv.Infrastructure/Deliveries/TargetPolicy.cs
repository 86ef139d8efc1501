using System.Net;
using System.Net.Sockets;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// Decides which addresses may be dialled, so that nobody reaches through a webhook what only this machine is trusted
/// to reach.
/// </summary>
internal sealed class TargetPolicy(TargetOptions options)
{
    private const int MappedBits = 96;

    private readonly IPNetwork[] _allow = [.. options.Allow.Select(Plain)];
    private readonly IPNetwork[] _deny = [.. options.Deny.Select(Plain)];

    /// <summary>Judges an address. One that carries an IPv4 address is judged by that, as it leads there.</summary>
    /// <returns>What is wrong with it, to be read behind "The target is not allowed:"; null when it may be dialled.</returns>
    public string? Refusal(IPAddress address)
    {
        var plain = CarriedAddresses.Plain(address);
        if (IsIn(_deny, plain))
            return "the address is denied by the configuration";
        var carried = CarriedAddresses.In(plain);
        if (carried.Count == 0)
            return Meaning(plain) is { } meaning ? $"the address is {meaning}" : null;
        foreach (var inner in carried)
            if (IsIn(_deny, inner))
                return "the address carries an IPv4 address that is denied by the configuration";
            else if (Meaning(inner) is { } meaning)
                return $"the address carries an IPv4 address that is {meaning}";
        return null;
    }

    private string? Meaning(IPAddress address) =>
        AddressRanges.NeverCalled(address)
        ?? (options.Mode == TargetMode.Public && !IsIn(_allow, address) ? AddressRanges.Private(address) : null);

    private static bool IsIn(IPNetwork[] networks, IPAddress address) =>
        Array.Exists(networks, network => network.Contains(address));

    // A network of IPv4 addresses in IPv6's spelling means them.
    private static IPNetwork Plain(IPNetwork network) =>
        network.BaseAddress is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } mapped
        && network.PrefixLength >= MappedBits
            ? new IPNetwork(mapped.MapToIPv4(), network.PrefixLength - MappedBits)
            : network;
}
