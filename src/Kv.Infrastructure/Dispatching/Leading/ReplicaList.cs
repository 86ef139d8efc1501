using Kv.Domain.Overview;
using Kv.Infrastructure.Deliveries.Targets;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>The replicas that hold or await the lead, as they announced themselves.</summary>
internal sealed class ReplicaList(IStore store, KeyLayout layout) : IReplicaList
{
    private const int MaxReplicas = 100;

    public async Task<IReadOnlyList<Replica>> Read(CancellationToken cancellationToken)
    {
        var queue = await store.Range(new RangeQuery(layout.WatcherQueue, MaxReplicas), cancellationToken);
        return [
            .. queue.Entries.OrderBy(entry => entry.CreateRevision)
                .Select(entry => new Replica([.. Announcement.Read(entry.Value.Span)])),
        ];
    }
}
