using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kv.Api.Health;
using Kv.Api.Tls;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kv.Api.Telemetry;

/// <summary>Exports telemetry: <c>/metrics</c> for scraping, and OTLP if a collector is configured.</summary>
internal static class TelemetryServices
{
    public const string Scraped = "/metrics";

    private const string ServiceName = "kv";
    private const int MaxAnswerBytes = 1024 * 1024;

    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        if (!options.IsOn)
            return services;
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(Describe)
            .WithMetrics(metrics => Measure(metrics, options));
        if (options.Traces.IsSent)
            telemetry.WithTracing(traces => Trace(traces, options));
        if (options.Logs.IsSent)
            telemetry.WithLogging(
                logs => logs.AddOtlpExporter(exporter => SendTo(exporter, options.Logs.Endpoint, options)),
                // The same content as the written log.
                logs => (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, true));
        return services;
    }

    public static WebApplication MapMetrics(this WebApplication app, TelemetryOptions options)
    {
        if (options.IsOn)
            app.MapPrometheusScrapingEndpoint(Scraped).DisableHttpMetrics().AllowAnonymous();
        return app;
    }

    /// <summary>Adds the endpoint without routing.</summary>
    public static IApplicationBuilder UseMetrics(this IApplicationBuilder app, TelemetryOptions options) => options.IsOn
        ? app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path.Equals(Scraped))
        : app;

    // The environment's attributes override these.
    private static void Describe(ResourceBuilder resource) => resource
        .Clear().AddService(ServiceName).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static void Measure(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        // Kv's meter, and the framework's for requests by route, connections and the runtime.
        metrics.AddMeter(
            Infrastructure.Diagnostics.Telemetry.Name, "Microsoft.AspNetCore.Hosting",
            "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddInstrumentation(provider => provider.GetRequiredService<IMeterFactory>()
                .Create(Infrastructure.Diagnostics.Telemetry.Name).CreateObservableGauge(
                    "kv.build.info", Built, unit: null, "Always 1, with the version of Kv and of .NET."))
            .AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
        if (options.Metrics.IsSent)
            metrics.AddOtlpExporter(exporter => SendTo(exporter, options.Metrics.Endpoint, options));
    }

    private static void Trace(TracerProviderBuilder traces, TelemetryOptions options) => traces
        .AddSource(Infrastructure.Diagnostics.Telemetry.Name)
        .AddAspNetCoreInstrumentation(requests =>
        {
            requests.Filter = IsTraffic;
            requests.EnrichWithHttpResponse = static (span, _) => NameRoute(span);
        })
        .AddOtlpExporter(exporter => SendTo(exporter, options.Traces.Endpoint, options));

    // The library reads only the variable for all signals.
    private static void SendTo(OtlpExporterOptions exporter, Uri? endpoint, TelemetryOptions options)
    {
        if (endpoint is not null)
            exporter.Endpoint = endpoint;
        // With certificates in the environment, the library needs its own client.
        if (!options.HasCertificates)
            exporter.HttpClientFactory = () => new HttpClient(new SocketsHttpHandler { SslOptions = ClientTls.Options })
            {
                Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds),
                MaxResponseContentBufferSize = MaxAnswerBytes,
            };
    }

    private static Measurement<int> Built() => new(
        1, new KeyValuePair<string, object?>("version", ProgramVersion.Text),
        new KeyValuePair<string, object?>("dotnet", Environment.Version.ToString()));

    // The stars of a catch-all only configure the router: remove them from the route's name.
    private static void NameRoute(Activity span)
    {
        const string route = "http.route";
        if (span.GetTagItem(route) is not string pattern || !pattern.Contains("{*", StringComparison.Ordinal))
            return;
        span.SetTag(route, WithoutStars(pattern));
        span.DisplayName = WithoutStars(span.DisplayName);
    }

    private static string WithoutStars(string text) =>
        text.Replace("{**", "{", StringComparison.Ordinal).Replace("{*", "{", StringComparison.Ordinal);

    private static bool IsTraffic(HttpContext context) =>
        context.Request.Path.Value is not (HealthEndpoints.Liveness or HealthEndpoints.Readiness or Scraped);
}
