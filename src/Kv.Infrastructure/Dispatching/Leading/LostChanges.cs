using Kv.Application.Watching;
using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>
/// Recovers what is left of changes that were compacted before they were read: the last state of each key that changed
/// and still exists. Deletions and overwritten values are lost.
/// </summary>
internal sealed partial class LostChanges(
    RetryingStore store, KeyLayout layout, KeyChangeMapper changes, EventPublisher events, SettledRevisions settled,
    WatcherStatus status, TimeProvider time, ILogger<LostChanges> logger)
{
    private const int PageSize = 500;

    /// <summary>Reports the loss and raises the events that are left.</summary>
    /// <param name="after">The last revision before the lost ones.</param>
    /// <param name="through">The last lost revision.</param>
    /// <param name="revision">The revision that their events hold.</param>
    public async Task Recover(long after, long through, IOpenRevision revision, CancellationToken cancellationToken)
    {
        status.RecordLost(new LostRevisions(after, through, time.GetUtcNow()));
        LogLost(after, through);
        // The feed has no changes of these revisions: their stored deliveries need not wait, and precede the events
        // below.
        settled.ReadThrough = through;
        await foreach (var page in store.Pages(new RangeQuery(layout.KeyValues, PageSize, through), cancellationToken))
            foreach (var entry in page.Entries)
                if (changes.Summary(entry, after) is { } changed)
                    await events.Publish(changed, revision, cancellationToken);
    }
}
