using System.Collections.Concurrent;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>The locks of <see cref="InMemoryStore"/>: a semaphore for each name, and an entry for the fence.</summary>
internal sealed class InMemoryLocks(IStore store)
{
    private readonly ConcurrentDictionary<StoreKey, SemaphoreSlim> _names = [];

    public async Task<IStoreLock> Take(StoreKey name, CancellationToken cancellationToken)
    {
        var semaphore = _names.GetOrAdd(name, _ => new SemaphoreSlim(1));
        await semaphore.WaitAsync(cancellationToken);
        var key = StoreKey.Of($"{name}/memory");
        var put = Transaction.Of(new Operation.Put(key, ReadOnlyMemory<byte>.Empty));
        var revision = (await store.Commit(put, CancellationToken.None)).Revision;
        return new Held(store, semaphore, Compare.CreateRevision(key, CompareRelation.Equal, revision));
    }

    private sealed class Held(IStore store, SemaphoreSlim semaphore, Compare fence) : IStoreLock
    {
        private int _isDisposed;

        public Compare Fence => fence;

        public CancellationToken Lost => CancellationToken.None;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
                return;
            await store.Commit(Transaction.Of(new Operation.Delete(fence.Range)), CancellationToken.None);
            semaphore.Release();
        }
    }
}
