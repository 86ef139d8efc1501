using System.Runtime.InteropServices;
using Kv.Api.Health;

namespace Kv.Api.Hosting;

/// <summary>Stops the host on the first signal, also during the start, and logs the stop.</summary>
internal sealed partial class SignalLifetime(
    StopSignals signals, IHostApplicationLifetime application, Drain drain,
    ILogger<SignalLifetime> logger) : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _ = StopOnSignal();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StopOnSignal()
    {
        var signal = await signals.First();
        LogStopping(
            signal == PosixSignal.SIGINT ? "Ctrl-C" : $"{signal}", drain.Duration.TotalSeconds,
            HealthEndpoints.StopTimeout.TotalSeconds);
        application.StopApplication();
    }
}
