using System.Net;
using System.Net.Sockets;

namespace Kv.Api.Configuration;

/// <summary>Settings that list networks.</summary>
internal static class NetworkSettings
{
    /// <summary>A comma-separated list of networks (CIDR) and addresses; empty when it is absent or refused.</summary>
    public static IPNetwork[] Networks(this Settings settings, string name) => settings.List(
        name, ToNetwork, int.MaxValue,
        "a comma-separated list of networks or addresses, as in '10.1.0.0/16,fd00::/8,10.2.0.1'") ?? [];

    private static IPNetwork? ToNetwork(string text)
    {
        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || !IsPlain(address, text))
            return null;
        if (slash < 0)
            return new IPNetwork(address, 8 * address.GetAddressBytes().Length);
        return IPNetwork.TryParse(text, out var network) ? network : null;
    }

    // .NET reads "010.0.0.0" as 8.0.0.0 and "10" as 0.0.0.10, which is hardly intended. Scopes are refused, because the
    // compared addresses have none.
    private static bool IsPlain(IPAddress address, string text) =>
        address.AddressFamily == AddressFamily.InterNetwork
            ? text.Split('/')[0] == address.ToString()
            : !text.Contains('%');
}
