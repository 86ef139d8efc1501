using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>
/// The time between the word to stop and the end of listening. Requests are served as before, but readiness falls and every
/// answer ends its connection, so that load balancers and clients with connections of their own go elsewhere before a
/// request of theirs can be cut.
/// </summary>
internal sealed class Drain(TimeSpan duration, TimeProvider time) : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _hasBegun;

    public bool HasBegun => _hasBegun;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        // Whoever has no patience left ends the wait; stopping goes on.
        await Task.Delay(duration, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HasBegun
            ? HealthCheckResult.Unhealthy("This replica is about to stop.")
            : HealthCheckResult.Healthy("This replica takes requests."));

    /// <summary>Middleware: while it lasts, an answer is the last one on its connection.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        // HTTP/2 has no such header: there the server's own farewell loses no request.
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

    // The wait comes before anything stops; the other steps of the host's life do not matter.
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
