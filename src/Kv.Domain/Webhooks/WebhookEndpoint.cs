using System.Text;

namespace Kv.Domain.Webhooks;

/// <summary>Reads parts of a webhook's endpoint: the origin and the user info.</summary>
public static class WebhookEndpoint
{
    /// <summary>Whether two endpoints have the same origin: scheme, host and port (RFC 6454).</summary>
    public static bool IsSameOrigin(string left, string right)
    {
        var (first, second) = (new Uri(left), new Uri(right));
        return first.Scheme == second.Scheme
            && first.IdnHost.Equals(second.IdnHost, StringComparison.OrdinalIgnoreCase)
            && first.Port == second.Port;
    }

    /// <summary>
    /// Whether the host of an endpoint is ASCII. Other letters have several spellings, which lead to different hosts
    /// unless they are normalised (RFC 5895); callers must send the ASCII form.
    /// </summary>
    public static bool HasAsciiHost(string endpoint) =>
        !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || Ascii.IsValid(uri.Host);

    /// <summary>The password in the user info, still percent-encoded; null without a password.</summary>
    public static string? PasswordOf(string endpoint) =>
        new Uri(endpoint).UserInfo.Split(':', 2) is [_, { Length: > 0 } password] ? password : null;

    /// <summary>The user name in the user info, still percent-encoded; empty without user info.</summary>
    public static string UserOf(string endpoint) => new Uri(endpoint).UserInfo.Split(':', 2)[0];

    /// <summary>The endpoint with another password in its user info.</summary>
    public static string WithPassword(string endpoint, string password)
    {
        var uri = new Uri(endpoint);
        return $"{uri.Scheme}://{UserOf(endpoint)}:{password}@{uri.Authority}{uri.PathAndQuery}{uri.Fragment}";
    }
}
