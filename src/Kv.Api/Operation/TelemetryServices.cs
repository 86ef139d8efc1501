using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Kv.Api.Operation;

/// <summary>What monitoring sees of Kv: <c>/metrics</c> for whoever scrapes, and OTLP for a collector where one is named.</summary>
internal static class TelemetryServices
{
    public const string Scraped = "/metrics";

    private const string ServiceName = "kv";

    /// <param name="services">Where it is added.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="own">The name of Kv's own meters.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options, string own)
    {
        if (!options.IsOn)
            return services;
        services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics => Measure(metrics, options, own));
        return services;
    }

    public static WebApplication MapMetrics(this WebApplication app, TelemetryOptions options)
    {
        if (options.IsOn)
            app.MapPrometheusScrapingEndpoint(Scraped).DisableHttpMetrics();
        return app;
    }

    // What the environment says of the service goes before what is said here.
    private static void Describe(ResourceBuilder resource) => resource
        .Clear().AddService(ServiceName).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static void Measure(MeterProviderBuilder metrics, TelemetryOptions options, string own)
    {
        // The framework's own meters: requests by route, connections, the runtime.
        metrics.AddMeter(own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
        if (options.SendsMetrics)
            metrics.AddOtlpExporter();
    }
}
