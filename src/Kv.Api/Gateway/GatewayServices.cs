using Microsoft.AspNetCore.HttpOverrides;

namespace Kv.Api.Gateway;

/// <summary>Restores the caller's view of requests that pass a gateway.</summary>
internal static class GatewayServices
{
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Allows pages from <c>CORS_ORIGINS</c> to call Kv from a browser (Fetch Standard, section 3.2). Pages send
    /// credentials in headers; Kv does not use cookies and does not allow them.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayOptions gateway) =>
        gateway.CorsOrigins.Count == 0 ? services : services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. gateway.CorsOrigins])
            .AllowAnyMethod()
            .AllowAnyHeader()
            .WithExposedHeaders("*")
            .SetPreflightMaxAge(PreflightMaxAge)));

    /// <summary>
    /// Must run first, because all later middleware uses the caller's address and path. Adds nothing when nothing is
    /// configured.
    /// </summary>
    public static WebApplication UseGateway(this WebApplication app, GatewayOptions gateway)
    {
        if (gateway.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(Forwarded(gateway)).Use(NormalizePrefix);
        if (gateway.PathBase is { } pathBase)
            app.UseMiddleware<PathBaseMiddleware>(pathBase);
        return app;
    }

    // Links consist of the prefix and a path: two slashes at the start would lead to another host.
    private static Task NormalizePrefix(HttpContext context, RequestDelegate next)
    {
        if (context.Request.PathBase.Value is { Length: > 0 } prefix
            && (prefix.EndsWith('/') || prefix.StartsWith("//", StringComparison.Ordinal)))
            context.Request.PathBase = prefix.Trim('/') is { Length: > 0 } rest
                ? new PathString($"/{rest}")
                : PathString.Empty;
        return next(context);
    }

    private static ForwardedHeadersOptions Forwarded(GatewayOptions gateway)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix,
            // No limit for the number of proxies: the first untrusted address ends the chain.
            ForwardLimit = null,
        };
        // The defaults trust loopback, but a process on the same machine is not necessarily a proxy.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in gateway.TrustedProxies)
            options.KnownIPNetworks.Add(network);
        return options;
    }
}
