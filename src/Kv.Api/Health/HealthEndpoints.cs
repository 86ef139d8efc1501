using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Health;

/// <summary>The probes for orchestrators: liveness and readiness.</summary>
internal static class HealthEndpoints
{
    public const string Liveness = "/livez";
    public const string Readiness = "/readyz";

    // Liveness does not check the store: an unavailable store is no reason to restart the process.
    private static readonly HealthCheckOptions Lives = new() { Predicate = _ => false, ResponseWriter = Write };
    private static readonly HealthCheckOptions IsReady = new() { ResponseWriter = Write };

    /// <summary>The maximum time of a stop after the drain; the framework's default.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <param name="drain">The time for which requests are served after the stop signal.</param>
    public static IServiceCollection AddHealth(this IServiceCollection services, TimeSpan drain)
    {
        services.AddSingleton(provider => new Drain(
            drain,
            provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = drain + StopTimeout);
        services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>("store").AddCheck<WatcherHealthCheck>("watcher")
            .AddCheck<DeliveriesHealthCheck>("deliveries")
            .AddCheck<Drain>("shutdown");
        return services;
    }

    public static WebApplication MapHealth(this WebApplication app)
    {
        // Exclude probes from the metrics: they would hide the real traffic.
        app.MapHealthChecks(Liveness, Lives).DisableHttpMetrics().AllowAnonymous();
        app.MapHealthChecks(Readiness, IsReady).DisableHttpMetrics().AllowAnonymous();
        return app;
    }

    /// <summary>Adds the probes without routing.</summary>
    public static IApplicationBuilder UseHealth(this IApplicationBuilder app) =>
        app.UseHealthChecks(Liveness, Lives).UseHealthChecks(Readiness, IsReady);

    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = Word(report.Status),
        version = ProgramVersion.Text,
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry =>
                new { status = Word(entry.Value.Status), detail = entry.Value.Description, data = entry.Value.Data }),
    });

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
