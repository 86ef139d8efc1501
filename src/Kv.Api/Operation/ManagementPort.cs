using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kv.Api.Operation;

/// <summary>
/// A port for those who run Kv: the probes and the metrics, in plain HTTP, and nothing else. What they need does not go through the
/// gateway then, and is still there when callers have taken all connections that they may.
/// </summary>
internal static class ManagementPort
{
    /// <summary>Marks the connections of the port: what a request says of its host and port is its sender's own.</summary>
    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Marked.Instance);
        return next(connection);
    });

    /// <summary>Answers what comes in by the port, apart from all else.</summary>
    public static WebApplication UseManagementPort(this WebApplication app, TelemetryOptions telemetry)
    {
        app.MapWhen(
            static context => context.Features.Get<Marked>() is not null,
            management => management.Use(Uncounted).UseHealth().UseMetrics(telemetry));
        return app;
    }

    // Probes and scrapes are no traffic.
    private static Task Uncounted(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
            metrics.MetricsDisabled = true;
        return next(context);
    }

    private sealed class Marked
    {
        public static readonly Marked Instance = new();
    }
}
