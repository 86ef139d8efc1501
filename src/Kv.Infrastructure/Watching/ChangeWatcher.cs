using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Of all replicas, one at a time watches the store for changes; the others wait for its lock. The lock is etcd's own
/// kind, under the key that simple-golang-kv uses, so that the two never watch side by side.
/// </summary>
internal sealed partial class ChangeWatcher(
    IStore store, KeyLayout layout, WatcherCursor cursor, WatchTermFactory terms, TimeProvider time, ILogger<ChangeWatcher> logger)
    : BackgroundService
{
    /// <summary>How long the lock outlives a leader that vanished.</summary>
    public static readonly TimeSpan LockTimeToLive = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // Whoever gets the lock sooner than this may have waited for one that had vanished, and nobody watched meanwhile.
    private static readonly TimeSpan LongestVacancy = 2 * LockTimeToLive;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var asked = await Present(stoppingToken);
                var start = time.GetTimestamp();
                await using var held = await store.Lock(layout.WatcherLock, LockTimeToLive, stoppingToken);
                LogLeads();
                await terms.Run(held, time.GetElapsedTime(start) <= LongestVacancy ? asked : null, stoppingToken);
                LogSteppedBack();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error);
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Without its store it could get no lock either.
    private async Task<long> Present(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                return (await cursor.Load(stoppingToken)).Present;
            }
            catch (StoreException)
            {
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "This replica leads: it watches for changes and calls webhooks")]
    private partial void LogLeads();

    [LoggerMessage(LogLevel.Information, "This replica has given the lead back")]
    private partial void LogSteppedBack();

    [LoggerMessage(LogLevel.Error, "The watcher failed, and begins again")]
    private partial void LogFailed(Exception error);
}
