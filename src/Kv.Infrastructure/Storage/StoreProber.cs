using Kv.Domain.Storage;
using Microsoft.Extensions.Hosting;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Probes the store at intervals, and at once after a call that got no answer, so that its absence and its return are
/// noticed without a request.
/// </summary>
internal sealed class StoreProber(IStoreProbe store, StoreAvailability availability, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan WhileItAnswers = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileItDoesNot = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await IsAnswered(stoppingToken)
                ? availability.Missed.WaitAsync(WhileItAnswers, time, stoppingToken)
                : Task.Delay(WhileItDoesNot, time, stoppingToken);
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
            availability.Confirm(began);
            return false;
        }
        catch (Exception error) when (error is StoreException or OperationCanceledException)
        {
            return true;
        }
    }
}
