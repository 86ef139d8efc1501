using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Health;

/// <summary>
/// The time between the stop signal and the end of listening. Requests are still served, but readiness fails and every
/// answer closes its connection, so that load balancers and clients move to other replicas before a request can be cut
/// off.
/// </summary>
internal sealed class Drain(TimeSpan duration, IHostApplicationLifetime application, TimeProvider time)
    : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _hasBegun;

    /// <summary>The duration; zero if the process has not started yet, because it has no callers.</summary>
    public TimeSpan Duration => application.ApplicationStarted.IsCancellationRequested ? duration : TimeSpan.Zero;

    public bool HasBegun => _hasBegun;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        // A cancellation ends the wait, and stopping continues.
        await Task.Delay(Duration, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HasBegun
            ? HealthCheckResult.Unhealthy("This replica is about to stop.")
            : HealthCheckResult.Healthy("This replica takes requests."));

    /// <summary>Middleware: during the drain, every answer closes its connection.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        // HTTP/2 has no Connection header: there the server's GOAWAY loses no request.
        if (HasBegun && HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.OnStarting(
                static state =>
                {
                    ((HttpContext)state).Response.Headers.Connection = "close";
                    return Task.CompletedTask;
                },
                context);
        return next(context);
    }

    // Only StoppingAsync matters, because it runs before anything stops.
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
