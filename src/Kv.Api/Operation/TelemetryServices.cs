using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kv.Api.Operation;

/// <summary>What monitoring sees of Kv: <c>/metrics</c> for whoever scrapes, and OTLP for a collector where one is named.</summary>
internal static class TelemetryServices
{
    public const string Scraped = "/metrics";

    private const string ServiceName = "kv";

    /// <param name="services">Where it is added.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="own">The name of Kv's own meters and of its source of spans.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options, string own)
    {
        if (!options.IsOn)
            return services;
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(Describe)
            .WithMetrics(metrics => Measure(metrics, options, own));
        if (options.SendsTraces)
            telemetry.WithTracing(traces => Trace(traces, options, own));
        return services;
    }

    public static WebApplication MapMetrics(this WebApplication app, TelemetryOptions options)
    {
        if (options.IsOn)
            app.MapPrometheusScrapingEndpoint(Scraped).DisableHttpMetrics().AllowAnonymous();
        return app;
    }

    /// <summary>The same without routing.</summary>
    public static IApplicationBuilder UseMetrics(this IApplicationBuilder app, TelemetryOptions options) => options.IsOn
        ? app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path.Equals(Scraped))
        : app;

    // What the environment says of the service goes before what is said here.
    private static void Describe(ResourceBuilder resource) => resource
        .Clear().AddService(ServiceName).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static void Measure(MeterProviderBuilder metrics, TelemetryOptions options, string own)
    {
        // The framework's own meters: requests by route, connections, the runtime.
        metrics.AddMeter(own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
        if (options.SendsMetrics)
            metrics.AddOtlpExporter(exporter => SendTo(exporter, options.MetricsEndpoint));
    }

    private static void Trace(TracerProviderBuilder traces, TelemetryOptions options, string own) => traces
        .AddSource(own)
        .AddAspNetCoreInstrumentation(requests => requests.Filter = IsTraffic)
        .AddOtlpExporter(exporter => SendTo(exporter, options.TracesEndpoint));

    // The library itself knows only the variable for both.
    private static void SendTo(OtlpExporterOptions exporter, Uri? endpoint)
    {
        if (endpoint is not null)
            exporter.Endpoint = endpoint;
    }

    private static bool IsTraffic(HttpContext context) =>
        context.Request.Path.Value is not (HealthEndpoints.Liveness or HealthEndpoints.Readiness or Scraped);
}
