using System.Text.RegularExpressions;
using Kv.Api.Gateway;
using Kv.Api.KeyValues;

namespace Kv.Api.Configuration;

/// <summary>The settings of Kv behind a gateway.</summary>
internal static partial class GatewaySettings
{
    public static GatewayOptions Read(Settings settings)
    {
        var pathBase = settings.Text(
            "PATH_BASE", "/", text => text == "/" || IsPathBase(text),
            $"a path as in '/kv-service', of letters, digits and -._~, without '/' at its end; it must not begin with {string.Join(", ", KeyPath.Areas)}, "
            + "whose keys it would be taken for");
        return new GatewayOptions
        {
            TrustedProxies = settings.Networks("TRUSTED_PROXIES"),
            PathBase = pathBase == "/" ? null : pathBase,
        };
    }

    // Requests may come with it or without it, so it must be told from a path of Kv's own that holds a key.
    private static bool IsPathBase(string text) =>
        Segments().IsMatch(text)
        && !text.Split('/').Any(segment => segment is "." or "..")
        && !KeyPath.Areas.Any(area => $"{text}/".StartsWith($"{area}/", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"\A(/[A-Za-z0-9._~-]+)+\z")]
    private static partial Regex Segments();
}
