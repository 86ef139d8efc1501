using System.Net;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>
/// The addresses to which webhooks may be sent. Some are always refused, for example link-local and metadata addresses.
/// </summary>
public sealed record TargetOptions
{
    /// <summary>Whether private networks may be called. Default <see cref="TargetMode.Private"/>.</summary>
    public TargetMode Mode { get; init; } = TargetMode.Private;

    /// <summary>Private networks that may be called in <see cref="TargetMode.Public"/> as well. Default none.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>
    /// Networks that may not be called, in either mode and regardless of <see cref="Allow"/>. Default none.
    /// </summary>
    public IReadOnlyList<IPNetwork> Deny { get; init; } = [];
}

/// <summary>Whether private networks may be called.</summary>
public enum TargetMode
{
    /// <summary>Private networks and loopback addresses may be called, as inside a cluster.</summary>
    Private,

    /// <summary>Only addresses that are reachable over the Internet may be called.</summary>
    Public,
}
