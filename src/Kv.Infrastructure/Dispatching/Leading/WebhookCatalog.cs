using Kv.Application.Watching;
using Kv.Infrastructure.Dispatching.Lanes;
using Kv.Infrastructure.Webhooks;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Passes the webhooks and their stored state to the lanes.</summary>
internal sealed partial class WebhookCatalog(
    RetryingStore store, KeyLayout layout, DeliveryStore deliveries, WebhookLanes lanes, LostChanges lost,
    SettledRevisions settled, Lead lead, ILogger<WebhookCatalog> logger)
{
    private const int PageSize = 500;

    /// <summary>Reads the webhooks at the revision at which the term begins.</summary>
    /// <returns>
    /// The revision after which the watch continues. It is later than the start when the store has compacted the start.
    /// </returns>
    public async Task<long> Begin(CancellationToken cancellationToken)
    {
        // Before anything else: a lane must know that deliveries are stored before it gets any change.
        lanes.Expect(
            await deliveries.Reads.WebhooksWithPending(cancellationToken),
            await deliveries.Reads.FailureStreaks(cancellationToken));
        var start = await Load(lead.From, cancellationToken);
        // The feed will bring webhooks registered since then; the deliveries of deleted ones are removed.
        foreach (var (tenant, id) in lanes.Expected)
        {
            var webhook = await store.Get(layout.Webhook(tenant, id), ReadConsistency.Linearizable, cancellationToken);
            if (webhook.Entry is null)
                await lanes.Remove(tenant, id);
        }
        return start;
    }

    /// <summary>
    /// Reads the webhooks at a revision, after which the watch continues. When the store has compacted it, the remains
    /// of the lost changes are delivered.
    /// </summary>
    /// <returns>The revision after which the watch continues.</returns>
    public async Task<long> Load(long after, CancellationToken cancellationToken)
    {
        IOpenRevision? recovered = null;
        for (var at = after; ;)
        {
            try
            {
                await Read(at, cancellationToken);
                if (recovered is not null)
                    await lost.Recover(after, at, recovered, cancellationToken);
                recovered?.Release();
                return at;
            }
            catch (RevisionCompactedException compacted)
            {
                at = compacted.CompactRevision;
                recovered ??= settled.Open(at, writtenAt: 0);
            }
        }
    }

    /// <summary>Applies a change of a webhook.</summary>
    public async Task Apply(Change change, Tenant tenant, Guid id)
    {
        if (change.Current is not { } entry)
            await lanes.Remove(tenant, id);
        else if (WebhookRecord.TryRead(layout, entry) is { } webhook)
            lanes.Set(webhook);
        else
            LogUnreadable(entry.Key);
    }

    private async Task Read(long at, CancellationToken cancellationToken)
    {
        var found = new HashSet<(Tenant, Guid)>();
        await foreach (var page in store.Pages(new RangeQuery(layout.Webhooks, PageSize, at), cancellationToken))
            foreach (var entry in page.Entries)
                if (WebhookRecord.TryRead(layout, entry) is not { } webhook)
                    LogUnreadable(entry.Key);
                else if (found.Add((webhook.Tenant, webhook.Id)))
                    lanes.Set(webhook);
        await lanes.RemoveOthers(found);
    }
}
