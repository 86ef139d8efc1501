using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>What an orchestrator asks: is the process alive, and can it serve.</summary>
internal static class HealthEndpoints
{
    public const string Liveness = "/livez";
    public const string Readiness = "/readyz";

    // A store that is away is no reason to restart the process: liveness asks nothing of it.
    private static readonly HealthCheckOptions Lives = new() { Predicate = _ => false, ResponseWriter = Write };
    private static readonly HealthCheckOptions IsReady = new() { ResponseWriter = Write };

    // What a stop may take after the drain: the framework's own default.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <param name="services">Where it is added.</param>
    /// <param name="drain">How long requests are served after the word to stop.</param>
    public static IServiceCollection AddHealth(this IServiceCollection services, TimeSpan drain)
    {
        services.AddSingleton(provider => new Drain(drain, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = drain + StopTimeout);
        services.AddHealthChecks()
            .AddCheck<StoreHealthCheck>("store").AddCheck<WatcherHealthCheck>("watcher").AddCheck<DeliveriesHealthCheck>("deliveries")
            .AddCheck<Drain>("shutdown");
        return services;
    }

    /// <summary>Adds, where there are quotas, whether they can be judged yet.</summary>
    public static IServiceCollection AddQuotaHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<QuotaHealthCheck>("quota");
        return services;
    }

    public static WebApplication MapHealth(this WebApplication app)
    {
        // Probes are no traffic, and would hide what there is of it.
        app.MapHealthChecks(Liveness, Lives).DisableHttpMetrics().AllowAnonymous();
        app.MapHealthChecks(Readiness, IsReady).DisableHttpMetrics().AllowAnonymous();
        return app;
    }

    /// <summary>The same without routing.</summary>
    public static IApplicationBuilder UseHealth(this IApplicationBuilder app) =>
        app.UseHealthChecks(Liveness, Lives).UseHealthChecks(Readiness, IsReady);

    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = Word(report.Status),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = Word(entry.Value.Status), detail = entry.Value.Description, data = entry.Value.Data }),
    });

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
