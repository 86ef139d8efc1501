using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>
/// One replica at a time leads: it watches the store for changes and calls webhooks. The others wait for its lock. The
/// lock follows etcd's own protocol, under the key that simple-golang-kv uses, so that the two never watch at the same
/// time.
/// </summary>
internal sealed partial class LeaderService(
    IStore store, KeyLayout layout, OwnEndpoints own, WatcherCursor cursor, TermStart starts,
    IServiceScopeFactory scopes, TimeProvider time,
    ILogger<LeaderService> logger)
    : BackgroundService
{
    /// <summary>How long the lock outlives a leader that vanished.</summary>
    public static readonly TimeSpan LockTimeToLive = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // After a longer wait another replica led meanwhile. A shorter wait may have been for a leader that had vanished,
    // and then no leader watched.
    private static readonly TimeSpan LongestVacancy = 2 * LockTimeToLive;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var asked = (await cursor.Load(stoppingToken)).Present;
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
            catch (StoreException failure)
            {
                // An unavailable store is logged once, where its calls are measured.
                LogStoreFailed(failure.Message);
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error)
            {
                LogFailed(error);
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // The services of a term are created for it, in a scope of their own, and disposed with it.
    private async Task Lead(IStoreLock held, long? vacantAfter, CancellationToken stoppingToken)
    {
        try
        {
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, stoppingToken);
            var (from, present, isSaved) = await starts.Find(vacantAfter, reading.Token);
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<LeadSlot>().Lead = new Lead(held, from, present);
            await scope.ServiceProvider.GetRequiredService<LeaderTerm>().Run(isSaved, stoppingToken);
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
