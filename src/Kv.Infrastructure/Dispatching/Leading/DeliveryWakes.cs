using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Dispatching.Lanes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Reads the notifications of other replicas to read a webhook's stored deliveries again.</summary>
internal sealed class DeliveryWakes(
    FeedFollower feed, KeyLayout layout, DeliveryStore deliveries, WebhookLanes lanes, Lead lead)
    : IFeedReader
{
    private readonly Epoch _epoch = feed.Epoch;
    private long _after = lead.StoreRevision;
    private bool _isCompacted;

    /// <summary>Reads the notifications until it is cancelled.</summary>
    public Task Run(CancellationToken cancellationToken) => feed.Follow(this, cancellationToken);

    async ValueTask<FeedPosition> IFeedReader.Position(CancellationToken cancellationToken)
    {
        // Notifications may be lost: reload every webhook with pending deliveries.
        if (_isCompacted)
            foreach (var (tenant, id) in await deliveries.Reads.WebhooksWithPending(cancellationToken))
                lanes.Reload(tenant, id);
        return new FeedPosition(_epoch, layout.Wakes, _after);
    }

    ValueTask<bool> IFeedReader.Read(ChangeSet set, CancellationToken cancellationToken)
    {
        foreach (var change in set.Changes)
            if (change.Kind == ChangeKind.Put && KeyLayout.ReadWebhookOfDelivery(change.Key) is { } webhook)
                lanes.Reload(webhook.Tenant, webhook.WebhookId);
        _after = set.Revision;
        return ValueTask.FromResult(true);
    }

    TimeSpan? IFeedReader.Ended(FeedEnd end)
    {
        _isCompacted = end.IsCompacted;
        if (end.IsCompacted)
            _after = ((RevisionCompactedException)end.Error!).CompactRevision;
        return end.IsCompacted || end.Error is null ? TimeSpan.Zero : null;
    }
}
