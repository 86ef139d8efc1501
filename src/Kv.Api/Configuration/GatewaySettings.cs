using System.Text.RegularExpressions;
using Kv.Api.Gateway;
using Kv.Api.Http;

namespace Kv.Api.Configuration;

/// <summary>The settings of gateways in front of Kv.</summary>
internal static partial class GatewaySettings
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <param name="loopback">The loopback address on which alone Kv listens; null when it has others.</param>
    public static GatewayOptions Read(Settings settings, string? loopback)
    {
        // The framework's switch trusts forwarded headers from any sender.
        if (settings.Text("FORWARDEDHEADERS_ENABLED") is { } forwarded
            && forwarded.Equals("true", StringComparison.OrdinalIgnoreCase))
            settings.Refuse(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED", forwarded,
                "absent, as it lets any caller choose its address; "
                + "name the proxies whose headers count in TRUSTED_PROXIES");
        var pathBase = settings.Text(
            "PATH_BASE", "/", text => text == "/" || IsPathBase(text),
            $"a path as in '/kv-service', of letters, digits and -._~, without '/' at its end; "
            + $"it must not begin with {string.Join(", ", KeyPath.Prefixes)}, "
            + "whose keys it would be taken for");
        var proxies = settings.Networks("TRUSTED_PROXIES");
        // Behind a trusted proxy, the host is the public one.
        var own = loopback is not null && proxies.Length == 0
            ? new HashSet<string>([.. LoopbackNames, loopback], StringComparer.OrdinalIgnoreCase)
            : null;
        var allowed = ReadAllowedHosts(settings, own);
        return new GatewayOptions
        {
            TrustedProxies = proxies,
            PathBase = pathBase == "/" ? null : pathBase,
            CorsOrigins = ReadOrigins(settings),
            AllowedHosts = allowed,
            ManagementHosts = own,
        };
    }

    private static HashSet<string>? ReadAllowedHosts(Settings settings, HashSet<string>? fallback)
    {
        if (settings.Text("ALLOWED_HOSTS") is not { } text)
            return fallback;
        if (text == "*")
            return null;
        var names = text.Split(',', StringSplitOptions.TrimEntries);
        if (!names.All(name => Uri.CheckHostName(name) != UriHostNameType.Unknown))
            settings.Refuse(
                "ALLOWED_HOSTS", text,
                "'*' for any, or a comma-separated list of host names and addresses without ports");
        return new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
    }

    // Origins must be spelled as browsers send them, because they are compared as text (RFC 6454, section 6.2).
    private static string[] ReadOrigins(Settings settings)
    {
        if (settings.Text("CORS_ORIGINS") is not { } text)
            return [];
        var origins = text.Split(',', StringSplitOptions.TrimEntries);
        if (!origins.All(
            origin => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.IdnHost.Length > 0
            && $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}" == origin))
            settings.Refuse(
                "CORS_ORIGINS", text,
                "a comma-separated list of origins as browsers name them, "
                + "as in 'https://app.example.com,http://localhost:5173': "
                + "in lower case, "
                + "without a path, a default port or '*'");
        return origins;
    }

    // Requests may arrive with or without the path base, so it must differ from Kv's own paths that contain a key.
    private static bool IsPathBase(string text) =>
        Segments().IsMatch(text)
        && !text.Split('/').Any(segment => segment is "." or "..")
        && !KeyPath.Prefixes.Any(area => $"{text}/".StartsWith($"{area}/", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"\A(/[A-Za-z0-9._~-]+)+\z")]
    private static partial Regex Segments();
}
