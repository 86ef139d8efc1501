using Kv.Api.Health;
using Kv.Api.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kv.Api.Hosting;

/// <summary>
/// A separate port for operators, with the probes and the metrics over plain HTTP. It does not go through the gateway,
/// and it works when callers have used up all connections.
/// </summary>
internal static class ManagementPort
{
    /// <summary>
    /// Marks the connections of the port. The host and port in a request are not reliable, because the sender chooses
    /// them.
    /// </summary>
    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(new Marked());
        return next(connection);
    });

    /// <summary>Serves the management port separately from all other middleware.</summary>
    /// <param name="hosts">The allowed hosts of requests; null for any.</param>
    /// <param name="telemetry">The settings of the metrics.</param>
    public static WebApplication UseManagementPort(
        this WebApplication app, IReadOnlySet<string>? hosts, TelemetryOptions telemetry)
    {
        app.MapWhen(
            static context => context.Features.Get<Marked>() is not null,
            management => management.Use(WithoutMetrics).UseAllowedHosts(hosts).UseHealth().UseMetrics(telemetry));
        return app;
    }

    // Exclude probes and scrapes from the metrics.
    private static Task WithoutMetrics(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
            metrics.MetricsDisabled = true;
        return next(context);
    }

    private sealed class Marked;
}
