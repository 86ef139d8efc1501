using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Dispatching.Lanes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>
/// Reads each change in order, from the revision that the previous term has settled. It raises the domain events of
/// keys, and passes changes of webhooks to the lanes.
/// </summary>
internal sealed partial class WebhookFeed(
    FeedFollower feed, KeyLayout layout, WebhookCatalog webhooks, EventPublisher events, WebhookLanes lanes,
    SettledRevisions settled, WatchLag lag, ILogger<WebhookFeed> logger)
    : IFeedReader
{
    private readonly Epoch _epoch = feed.Epoch;
    private long _after;
    private bool _isCompacted;
    private bool _isIdle;

    /// <summary>Reads changes until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        try
        {
            _after = await webhooks.Begin(cancellationToken);
            LogStarts(_after);
            await feed.Follow(this, cancellationToken);
        }
        finally
        {
            lag.ReadThrough(null);
        }
    }

    async ValueTask<FeedPosition> IFeedReader.Position(CancellationToken cancellationToken)
    {
        if (_isCompacted)
            _after = await webhooks.Load(_after, cancellationToken);
        // Without webhooks no handler needs the changes of keys, and their writes cost the leader nothing.
        _isIdle = lanes.IsIdle;
        lag.ReadThrough(_isIdle ? null : _after);
        return new FeedPosition(_epoch, _isIdle ? layout.WatchedWithoutKeys : layout.Watched, _after);
    }

    async ValueTask<bool> IFeedReader.Read(ChangeSet set, CancellationToken cancellationToken)
    {
        await Read(set, cancellationToken);
        _after = set.Revision;
        return _isIdle == lanes.IsIdle;
    }

    // Any other error ends the term.
    TimeSpan? IFeedReader.Ended(FeedEnd end)
    {
        _isCompacted = end.IsCompacted;
        return end.IsCompacted || end.Error is null ? TimeSpan.Zero : null;
    }

    private async Task Read(ChangeSet set, CancellationToken cancellationToken)
    {
        var revision = settled.Open(set.Revision, lag.ReadThrough(lanes.IsIdle ? null : set.Revision));
        // A webhook gets only changes after its registration, not those at the same revision.
        await events.Publish(set, revision, cancellationToken);
        foreach (var change in set.Changes)
            if (layout.ReadWebhook(change.Key) is { } place)
                await webhooks.Apply(change, place.Tenant, place.Id);
        settled.ReadThrough = set.Revision;
        revision.Release();
    }
}
