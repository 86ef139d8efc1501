using System.Collections.Concurrent;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>The locks of <see cref="InMemoryStore"/>: a semaphore for each name, and an entry for the fence.</summary>
internal sealed class InMemoryLocks(IStore store)
{
    private readonly ConcurrentDictionary<StoreKey, SemaphoreSlim> _names = [];

    public async Task<IStoreLock> Take(StoreKey name, ReadOnlyMemory<byte> note, CancellationToken cancellationToken)
    {
        var semaphore = _names.GetOrAdd(name, _ => new SemaphoreSlim(1));
        await semaphore.WaitAsync(cancellationToken);
        var key = StoreKey.FromText($"{name}/memory");
        var put = Transaction.Unconditional(new Operation.Put(key, note));
        var revision = (await store.Commit(put, CancellationToken.None)).Revision;
        return new Held(store, semaphore, key, note, revision);
    }

    private sealed class Held(
        IStore store, SemaphoreSlim semaphore, StoreKey key, ReadOnlyMemory<byte> note, long revision) : IStoreLock
    {
        private long _revision = revision;
        private int _isDisposed;

        public Compare Fence => Compare.ModRevision(key, CompareRelation.Equal, Volatile.Read(ref _revision));

        public CancellationToken Lost => CancellationToken.None;

        public async Task MoveFence(CancellationToken cancellationToken)
        {
            var moved = await store.Commit(new Transaction([Fence], [new Operation.Put(key, note)]), cancellationToken);
            if (moved.Succeeded)
                Volatile.Write(ref _revision, moved.Revision);
        }

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
                return;
            await store.Commit(Transaction.Unconditional(new Operation.Delete(key)), CancellationToken.None);
            semaphore.Release();
        }
    }
}
