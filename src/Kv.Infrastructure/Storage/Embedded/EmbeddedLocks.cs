using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Locks among those who use this store: the process has the data directory to itself, so nobody else can want them.
/// Their entries are there for the fences.
/// </summary>
internal sealed class EmbeddedLocks : IAsyncDisposable
{
    private readonly Turns _turns = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private int _isDisposed;

    public EmbeddedLocks(IStore store, TimeProvider time) => (_store, _time, _closed) = (store, time, _closing.Token);

    /// <inheritdoc cref="IStore.Lock"/>
    public async Task<IStoreLock> Take(StoreKey name, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed);
        try
        {
            await _turns.Await(name, waiting.Token);
            return await Enter(name, waiting.Token);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StoreUnavailableException("The store is closed.");
        }
    }

    /// <summary>Tells all who hold or await a lock that there are none any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _closing.CancelAsync();
        _closing.Dispose();
    }

    private async Task<EmbeddedLock> Enter(StoreKey name, CancellationToken cancellationToken)
    {
        try
        {
            var key = new StoreKey((byte[])[.. name.Span, .. "/embedded"u8]);
            // A process that was killed left its entry behind. It goes first, so that no fence of old holds again.
            await Insist(new Operation.Delete(key), cancellationToken);
            var revision = await Insist(new Operation.Put(key, ReadOnlyMemory<byte>.Empty), cancellationToken);
            return new EmbeddedLock(this, name, Compare.CreateRevision(key, CompareRelation.Equal, revision));
        }
        catch
        {
            _turns.Next(name);
            throw;
        }
    }

    private async Task<long> Insist(Operation operation, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return (await _store.Commit(Transaction.Of(operation), cancellationToken)).Revision;
            }
            catch (StoreException)
            {
                await Task.Delay(Backoff.After(failures), _time, cancellationToken);
            }
        }
    }

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
            _turns.Next(name);
        }
    }

    private sealed class EmbeddedLock(EmbeddedLocks locks, StoreKey name, Compare fence) : IStoreLock
    {
        private int _isDisposed;

        public Compare Fence => fence;

        public CancellationToken Lost => locks._closed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                await locks.Leave(name, fence);
        }
    }
}
