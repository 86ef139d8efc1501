using Kv.Application.Watching;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Webhooks;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// One term of the leader: from where the one before has settled everything, it reads each change in order, raises its
/// domain event, and moves the cursor on.
/// </summary>
internal sealed partial class WatchTerm(
    IStore store, KeyLayout layout, IMediator mediator, KeyChanges changes, WatcherCursor cursor, DeliveryReads deliveries,
    FencedWriter writer, Lanes lanes, SettledRevisions settled, WatcherStatus status, WatchLag lag, WriteTraces traces, TimeProvider time, ILogger logger)
{
    private const int PageSize = 500;

    private static readonly TimeSpan CursorInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoringInterval = TimeSpan.FromMilliseconds(500);

    // What is neither sent nor stored for longer holds the cursor, and with it all that is sent again after a failover.
    private static readonly TimeSpan StoredAfter = TimeSpan.FromSeconds(2);

    // A watch over keys that nobody writes does not tell how far it has come, and compaction would catch up with the
    // cursor. etcd's users compact every few minutes at the most.
    private static readonly TimeSpan MarkInterval = TimeSpan.FromMinutes(1);

    // Webhooks for which something waits, registered after the revision at which the term began.
    private readonly HashSet<(Tenant, Guid)> _awaited = [];

    /// <summary>Reads what the store has about webhooks and their deliveries, as at the revision at which the term begins.</summary>
    /// <param name="from">The revision that is settled.</param>
    /// <param name="cancellationToken">The term is over.</param>
    /// <returns>The revision after which the watch goes on: a later one, when the store has forgotten that one.</returns>
    public async Task<long> Load(long from, CancellationToken cancellationToken)
    {
        var start = await LoadWebhooks(from, cancellationToken);
        foreach (var (tenant, id) in await deliveries.WebhooksWithPending(cancellationToken))
        {
            if (lanes.Load(tenant, id))
                continue;
            var webhook = await store.Get(layout.Webhook(tenant, id), ReadConsistency.Linearizable, cancellationToken);
            if (webhook.Entry is not null)
                _awaited.Add((tenant, id));
            else
                await lanes.Remove(tenant, id);
        }
        foreach (var (tenant, id, since) in await deliveries.Failing(cancellationToken))
            lanes.RestoreFailing(tenant, id, since);
        return start;
    }

    /// <summary>Reads changes, for as long as it may.</summary>
    public async Task Watch(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // While there is no webhook, nobody wants to know of keys, and writing them costs no watcher anything.
                var isIdle = lanes.IsIdle;
                lag.ReadThrough(isIdle ? null : after);
                await foreach (var set in store.Watch(
                    isIdle ? layout.WatchedBesideKeys : layout.Watched, after + 1, cancellationToken))
                {
                    await Read(set, cancellationToken);
                    after = set.Revision;
                    if (isIdle != lanes.IsIdle)
                        break;
                }
            }
            catch (RevisionCompactedException)
            {
                after = await LoadWebhooks(after, cancellationToken);
            }
        }
    }

    /// <summary>Looks at what waits for a webhook whenever some replica calls for it, for as long as it may.</summary>
    public async Task Wake(long after, CancellationToken cancellationToken)
    {
        await foreach (var set in store.Watch(layout.Wakes, after + 1, cancellationToken))
            foreach (var change in set.Changes)
                if (change.Kind == ChangeKind.Put && KeyLayout.ReadWebhookOfDelivery(change.Key) is { } webhook)
                    lanes.Load(webhook.Tenant, webhook.WebhookId);
    }

    /// <summary>Stores what has waited too long to be sent, for as long as it may.</summary>
    public async Task StoreWaiting(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(StoringInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            lanes.StoreOlderThan(time.GetTimestamp() - (long)(StoredAfter.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>Saves the cursor while it moves, for as long as it may.</summary>
    public async Task SaveCursor(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(CursorInterval, time);
        var saved = 0L;
        var movedAt = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var through = settled.Through;
            if (through != saved)
            {
                await cursor.Save(through, writer);
                (saved, movedAt) = (through, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(movedAt) >= MarkInterval)
            {
                movedAt = time.GetTimestamp();
                // Saving the cursor was a write as well; after that alone there is nothing to mark.
                if ((await cursor.Load(cancellationToken)).Present > saved + 1)
                    await writer.Do(new Operation.Put(layout.Mark(Guid.Empty), ReadOnlyMemory<byte>.Empty));
            }
        }
    }

    private async Task Read(ChangeSet set, CancellationToken cancellationToken)
    {
        var revision = settled.Open(set.Revision);
        revision.At = lag.ReadThrough(lanes.IsIdle ? null : set.Revision);
        // A webhook sees what happens after it was registered: what shares its revision does not count.
        var traced = traces.Of(set);
        foreach (var change in set.Changes)
            if (changes.Of(change, set.Revision) is { } changed)
                await Publish(
                    traced?.GetValueOrDefault(change.Key) is { } trace ? changed with { TraceParent = trace } : changed, cancellationToken);
        foreach (var change in set.Changes)
            if (layout.ReadWebhook(change.Key) is { } place)
                await Take(change, place.Tenant, place.Id);
        revision.Settle();
    }

    private Task Publish(KeyChanged change, CancellationToken cancellationToken) => change switch
    {
        KeyCreated created => mediator.Publish(new DomainEvent<KeyCreated>(created), cancellationToken),
        KeyUpdated updated => mediator.Publish(new DomainEvent<KeyUpdated>(updated), cancellationToken),
        KeyDeleted deleted => mediator.Publish(new DomainEvent<KeyDeleted>(deleted), cancellationToken),
        _ => throw new ArgumentException($"Unknown event {change.GetType().Name}.", nameof(change)),
    };

    private async Task Take(Change change, Tenant tenant, Guid id)
    {
        if (change.Current is not { } entry)
        {
            await lanes.Remove(tenant, id);
            return;
        }
        if (WebhookRecord.TryRead(layout, entry) is not { } webhook)
        {
            LogUnreadable(entry.Key.ToString());
            return;
        }
        lanes.Set(webhook);
        if (_awaited.Remove((tenant, id)))
            lanes.Load(tenant, id);
    }

    private async Task<long> LoadWebhooks(long at, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReadWebhooks(at, cancellationToken);
                return at;
            }
            catch (RevisionCompactedException compacted)
            {
                Report(new LostRevisions(at, compacted.CompactRevision, time.GetUtcNow()));
                await ReadWebhooks(compacted.CompactRevision, cancellationToken);
                await Recover(at, compacted.CompactRevision, cancellationToken);
                at = compacted.CompactRevision;
            }
        }
    }

    private async Task ReadWebhooks(long at, CancellationToken cancellationToken)
    {
        var found = new HashSet<(Tenant, Guid)>();
        for (var query = new RangeQuery(layout.Webhooks, PageSize, at); ;)
        {
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
                if (WebhookRecord.TryRead(layout, entry) is not { } webhook)
                    LogUnreadable(entry.Key.ToString());
                else if (found.Add((webhook.Tenant, webhook.Id)))
                    lanes.Set(webhook);
            if (page.Next is not { } next)
                break;
            query = query with { Range = query.Range.From(next) };
        }
        await lanes.RemoveOthers(found);
    }

    // Of the changes that the store has forgotten, what is left of them can be told: the last state of each key that
    // changed meanwhile and is still there. Deletions, and what was written over, are lost.
    private async Task Recover(long after, long through, CancellationToken cancellationToken)
    {
        var revision = settled.Open(through);
        for (var query = new RangeQuery(layout.KeyValues, PageSize, through); ;)
        {
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
                if (changes.Summary(entry, after) is { } changed)
                    await Publish(changed, cancellationToken);
            if (page.Next is not { } next)
                break;
            query = query with { Range = query.Range.From(next) };
        }
        revision.Settle();
    }

    private void Report(LostRevisions lost)
    {
        status.HasLost(lost);
        LogLost(lost.After, lost.Through);
    }
}
