using System.Net;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Which addresses webhooks may be sent to. Some are refused whatever is set here: link-local and metadata addresses among them.</summary>
public sealed record TargetOptions
{
    /// <summary>Whether private networks may be called. Default <see cref="TargetMode.Private"/>.</summary>
    public TargetMode Mode { get; init; } = TargetMode.Private;

    /// <summary>Private networks that may be called in <see cref="TargetMode.Public"/> too. Default none.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>Networks that may not be called, in either mode and whatever <see cref="Allow"/> says. Default none.</summary>
    public IReadOnlyList<IPNetwork> Deny { get; init; } = [];
}

/// <summary>Whether private networks may be called.</summary>
public enum TargetMode
{
    /// <summary>Private networks and loopback addresses may be called, as inside a cluster.</summary>
    Private,

    /// <summary>Only what is reachable over the Internet may be called.</summary>
    Public,
}
