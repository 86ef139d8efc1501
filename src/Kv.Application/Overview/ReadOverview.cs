using Kv.Domain.Overview;
using Kv.Domain.Storage;
using Kv.Domain.Watching;

namespace Kv.Application.Overview;

/// <summary>Reads the state of the store and of the replicas. The store may be unavailable.</summary>
public sealed record ReadOverview : IRequest<OverviewDto>, IAdministrativeRequest;

/// <summary>The state of the deployment.</summary>
/// <param name="Failure">Why the store does not answer; null when it answers.</param>
/// <param name="Revision">The store's revision; 0 while it does not answer.</param>
/// <param name="Store">The store's report; null when there is none.</param>
/// <param name="Replicas">The replicas, the leader first; null while the store does not answer.</param>
public sealed record OverviewDto(
    string? Failure, long Revision, StoreState? Store, IReadOnlyList<Replica>? Replicas, bool IsLeader);

internal sealed class ReadOverviewValidator : AbstractValidator<ReadOverview>;

internal sealed class ReadOverviewHandler(IStoreProbe store, IReplicaList replicas, IWatcherStatus watcher)
    : IRequestHandler<ReadOverview, OverviewDto>
{
    public async Task<OverviewDto> Handle(ReadOverview request, CancellationToken cancellationToken)
    {
        try
        {
            var revision = await store.CurrentRevision(cancellationToken);
            var known = await replicas.Read(cancellationToken);
            return new OverviewDto(
                null, revision, await store.State(cancellationToken), known, watcher.IsLeader);
        }
        catch (StoreException error)
        {
            return new OverviewDto(error.Message, 0, null, null, watcher.IsLeader);
        }
    }
}
