using Kv.Infrastructure.Deliveries.Targets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>
/// One replica at a time leads: it watches the store for changes and calls webhooks. The others wait for its lock. The
/// lock follows etcd's own protocol, under the key that simple-golang-kv uses, so that the two never watch at the same
/// time.
/// </summary>
internal sealed partial class LeaderService(
    IStore store, KeyLayout layout, OwnEndpoints own, WatcherCursor cursor, IServiceScopeFactory scopes,
    TimeProvider time, ILogger<LeaderService> logger)
    : BackgroundService
{
    /// <summary>How long the lock outlives a leader that vanished.</summary>
    public static readonly TimeSpan LockTimeToLive = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // After a longer wait, another replica led meanwhile. A shorter wait may have been for a leader that had vanished;
    // then no leader watched.
    private static readonly TimeSpan LongestVacancy = 2 * LockTimeToLive;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var asked = (await cursor.Load(stoppingToken)).Current;
                var listeners = await own.Listeners.WaitAsync(stoppingToken);
                var start = time.GetTimestamp();
                var note = Announcement.Encode(listeners, MachineAddresses.All());
                await using var held = await store.Lock(layout.WatcherLock, note, LockTimeToLive, stoppingToken);
                LogLeads();
                await Lead(held, time.GetElapsedTime(start) <= LongestVacancy ? asked : null, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // An unavailable store is logged once, where its calls are measured.
                if (error is StoreException)
                    LogStoreFailed(error.Message);
                else
                    LogFailed(error);
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Each term has a scope of services. vacantAfter is the revision after which there may have been no leader; null
    // when a leader was present.
    private async Task Lead(IStoreLock held, long? vacantAfter, CancellationToken stoppingToken)
    {
        try
        {
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, stoppingToken);
            var (saved, current) = await cursor.Load(reading.Token);
            // Without a cursor no Kv has led before. The changes since this replica asked for the lead are its own to
            // deliver: a webhook may have been registered, and keys written, before it got the lock.
            var from = saved ?? (vacantAfter <= current ? vacantAfter.Value : current);
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<Lead>().Begin(held, from, current);
            await scope.ServiceProvider.GetRequiredService<LeaderTerm>().Run(isSaved: saved is not null, stoppingToken);
            if (held.Lost.IsCancellationRequested)
                LogLostLead();
            else
                LogSteppedBack();
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested
            || held.Lost.IsCancellationRequested)
        {
            LogLostLead();
        }
    }
}
