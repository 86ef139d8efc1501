using System.Net;

namespace Kv.Api.Gateway;

/// <summary>The settings of gateways in front of Kv.</summary>
internal sealed record GatewayOptions
{
    /// <summary>
    /// The proxies whose <c>X-Forwarded-*</c> headers are trusted. Default none: the headers are ignored, because any
    /// caller can send them.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// The allowed hosts of requests; null for any. Default: if Kv listens only on loopback and trusts no proxy, the
    /// names of loopback, which prevents DNS rebinding by other sites; otherwise any host.
    /// </summary>
    public IReadOnlySet<string>? AllowedHosts { get; init; }

    /// <summary>
    /// The allowed hosts of requests to the management port; null for any. They are the names of loopback if that
    /// is the default of <see cref="AllowedHosts"/>. Configured names do not apply: probes and scrapes use addresses.
    /// </summary>
    public IReadOnlySet<string>? ManagementHosts { get; init; }

    /// <summary>
    /// The origins whose pages may call Kv from a browser, for example "https://app.example.com". Default none.
    /// </summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>
    /// The path under which callers reach Kv, for example "/kv-service"; null (the default) for the root.
    /// </summary>
    public string? PathBase { get; init; }
}
