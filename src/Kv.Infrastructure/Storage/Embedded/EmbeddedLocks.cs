using System.Collections.Concurrent;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Locks among the users of this store. No other process uses the data directory, so the locks are in memory; their
/// entries in the store exist only for the fences.
/// </summary>
internal sealed class EmbeddedLocks : IAsyncDisposable
{
    private readonly ConcurrentDictionary<StoreKey, SemaphoreSlim> _locks = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private int _isDisposed;

    public EmbeddedLocks(IStore store, TimeProvider time) => (_store, _time, _closed) = (store, time, _closing.Token);

    /// <inheritdoc cref="IStore.Lock"/>
    public async Task<IStoreLock> Acquire(StoreKey name, ReadOnlyMemory<byte> note, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed);
        try
        {
            await _locks.GetOrAdd(name, _ => new SemaphoreSlim(1)).WaitAsync(waiting.Token);
            return await Enter(name, note, waiting.Token);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StoreUnavailableException("The store is closed.");
        }
    }

    /// <summary>Cancels all held locks and fails all waiting callers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _closing.CancelAsync();
        _closing.Dispose();
    }

    private async Task<EmbeddedLock> Enter(
        StoreKey name, ReadOnlyMemory<byte> note, CancellationToken cancellationToken)
    {
        try
        {
            var key = new StoreKey((byte[])[.. name.Span, .. "/embedded"u8]);
            // A killed process leaves its entry behind. Delete it first, so that its old fence never holds again.
            await Retry(new Operation.Delete(key), cancellationToken);
            var revision = await Retry(new Operation.Put(key, note), cancellationToken);
            return new EmbeddedLock(this, name, key, note, revision);
        }
        catch
        {
            _locks[name].Release();
            throw;
        }
    }

    private Task<long> Retry(Operation operation, CancellationToken cancellationToken) =>
        Backoff.Retry<long, StoreException>(
            async () => (await _store.Commit(Transaction.Unconditional(operation), cancellationToken)).Revision,
            _time, null, cancellationToken);

    private async Task Leave(StoreKey name, Compare fence)
    {
        try
        {
            await _store.Commit(
                new Transaction([fence], [new Operation.Delete(fence.Range)]), CancellationToken.None);
        }
        catch (StoreException)
        {
            // The next holder replaces the entry.
        }
        finally
        {
            _locks[name].Release();
        }
    }

    private sealed class EmbeddedLock(
        EmbeddedLocks locks, StoreKey name, StoreKey key, ReadOnlyMemory<byte> note, long createRevision) : IStoreLock
    {
        // The revision at which the entry was rewritten; 0 before.
        private long _moved;
        private int _isDisposed;

        public Compare Fence => Compare.ModRevision(
            key, CompareRelation.Equal, Math.Max(createRevision, Volatile.Read(ref _moved)));

        public CancellationToken Lost => locks._closed;

        public async Task MoveFence(CancellationToken cancellationToken)
        {
            var read = new Operation.Read(key, keysOnly: true);
            var rewrite = new Transaction([Fence], [new Operation.Put(key, note), read], [read]);
            var result = await locks._store.Commit(rewrite, cancellationToken);
            if (result.Results[^1].Entries is [var entry] && entry.CreateRevision == createRevision)
                Volatile.Write(ref _moved, entry.ModRevision);
        }

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                await locks.Leave(name, Fence);
        }
    }
}
