using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Watching;

/// <summary>Opens watches on the hub.</summary>
internal sealed class KeyChangeFeed(
    KeyChangeHub hub, PastChanges past, CatchUpReader reader, IWatchBudget budget, TimeProvider time)
    : IKeyChangeFeed
{
    public async Task<IKeyChangeWatch> Open(
        Tenant tenant, KeyPattern pattern, long? since, CancellationToken cancellationToken)
    {
        var (epoch, current) = await past.Now(since, cancellationToken);
        var watch = new WatchSubscription(hub, reader, budget, time, epoch, tenant, pattern, since ?? current);
        try
        {
            if (hub.TryAdd(watch))
                await watch.Start(cancellationToken);
            else
                watch.Cut(null);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }
}
