using System.Net;

namespace Kv.Api.Gateway;

/// <summary>What stands between the callers and Kv.</summary>
internal sealed record GatewayOptions
{
    /// <summary>
    /// The proxies whose <c>X-Forwarded-*</c> headers are believed. Default none: then they are ignored, as anybody could
    /// have written them.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The path under which callers reach Kv, as "/kv-service"; null (the default) for the root.</summary>
    public string? PathBase { get; init; }
}
