namespace Kv.Api.Tenants;

/// <summary>How a request names its tenant.</summary>
public sealed record TenantOptions
{
    /// <summary>The header with the namespace. Default KV-Namespace.</summary>
    public string NamespaceHeader { get; init; } = "KV-Namespace";

    /// <summary>The header with the app name. Default KV-App-Name.</summary>
    public string AppNameHeader { get; init; } = "KV-App-Name";

    /// <summary>The namespace of a request that names none. Default "default".</summary>
    public string DefaultNamespace { get; init; } = "default";

    /// <summary>The app name of a request that names none. Default "default".</summary>
    public string DefaultAppName { get; init; } = "default";

    /// <summary>Whether a text is a header's name: a token (RFC 9110, section 5.6.2).</summary>
    public static bool IsHeaderName(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "-_.~!#$%&'*+^`|".Contains(c));
}
