using Microsoft.Extensions.Hosting;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Probes the store at intervals, and at once after a call without an answer, so that an outage and its end are noticed
/// without a request.
/// </summary>
internal sealed class StoreProber(IStoreProbe store, StoreAvailability availability, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutageInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await IsAnswered(stoppingToken)
                ? availability.FirstFailure.WaitAsync(Interval, time, stoppingToken)
                : Task.Delay(OutageInterval, time, stoppingToken);
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsAnswered(CancellationToken stoppingToken)
    {
        var began = time.GetTimestamp();
        try
        {
            await store.CurrentRevision(stoppingToken);
            return true;
        }
        catch (StoreUnavailableException)
        {
            availability.ProbeFailed(began);
            return false;
        }
        catch (Exception error) when (error is StoreException or OperationCanceledException)
        {
            return true;
        }
    }
}
