using Microsoft.AspNetCore.HttpOverrides;

namespace Kv.Api.Gateway;

/// <summary>Makes requests that came through a gateway look as the caller sent them.</summary>
internal static class GatewayServices
{
    /// <summary>Comes first, as whatever follows builds on the caller's address and path. Costs nothing where nothing is set.</summary>
    public static WebApplication UseGateway(this WebApplication app, GatewayOptions gateway)
    {
        if (gateway.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(Forwarded(gateway));
        if (gateway.PathBase is { } pathBase)
            app.UseMiddleware<PathBaseMiddleware>(pathBase);
        return app;
    }

    private static ForwardedHeadersOptions Forwarded(GatewayOptions gateway)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix,
            // However many there are in a row: the first that is not trusted ends it.
            ForwardLimit = null,
        };
        // Loopback is among them at first, and whoever shares the machine is no proxy for that.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in gateway.TrustedProxies)
            options.KnownIPNetworks.Add(network);
        return options;
    }
}
