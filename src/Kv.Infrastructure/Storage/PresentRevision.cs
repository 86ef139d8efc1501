using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>The present revision of a store.</summary>
internal static class PresentRevision
{
    /// <summary>Reads a key that never exists: the cheapest linearizable read.</summary>
    public static async Task<long> Present(this IStore store, KeyLayout layout, CancellationToken cancellationToken) =>
        (await store.Get(layout.Nothing, ReadConsistency.Linearizable, cancellationToken)).Revision;
}
