using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage;

internal static class StoreLocks
{
    /// <summary>Takes a lock without a note for others.</summary>
    public static Task<IStoreLock> Lock(
        this IStore store, StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        store.Lock(name, default, timeToLive, cancellationToken);
}
