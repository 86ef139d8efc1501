namespace Kv.Api.Tenants;

/// <summary>The settings of tenant headers.</summary>
public sealed record TenantOptions
{
    /// <summary>The header with the namespace. Default KV-Namespace.</summary>
    public string NamespaceHeader { get; init; } = "KV-Namespace";

    /// <summary>The header with the app name. Default KV-App-Name.</summary>
    public string AppNameHeader { get; init; } = "KV-App-Name";

    /// <summary>The namespace of a request without the header. Default "default".</summary>
    public string DefaultNamespace { get; init; } = "default";

    /// <summary>The app name of a request without the header. Default "default".</summary>
    public string DefaultAppName { get; init; } = "default";

    /// <summary>
    /// The common prefix of both headers, up to a hyphen: another header with this prefix is probably a misspelling.
    /// Null without a common prefix, or if it is only the general <c>X-</c>.
    /// </summary>
    public string? CommonPrefix
    {
        get
        {
            var common = NamespaceHeader.ToUpperInvariant().AsSpan().CommonPrefixLength(
                AppNameHeader.ToUpperInvariant());
            var prefix = NamespaceHeader[..(NamespaceHeader.AsSpan(0, common).LastIndexOf('-') + 1)];
            return prefix.Length > "X-".Length ? prefix : null;
        }
    }

    /// <summary>Whether a header is one of the tenant headers.</summary>
    public bool Names(string header) =>
        header.Equals(NamespaceHeader, StringComparison.OrdinalIgnoreCase)
        || header.Equals(AppNameHeader, StringComparison.OrdinalIgnoreCase);
}
