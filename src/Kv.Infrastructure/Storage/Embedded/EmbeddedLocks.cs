using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Locks among those who use this store: the process has the data directory to itself, so nobody else can want them.
/// Their entries are there for the fences.
/// </summary>
internal sealed class EmbeddedLocks(IStore store, TimeProvider time) : IDisposable
{
    private readonly Turns _turns = new();
    private readonly CancellationTokenSource _closed = new();

    /// <inheritdoc cref="IStore.Lock"/>
    public async Task<IStoreLock> Take(StoreKey name, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
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
    public Task Close() => _closed.CancelAsync();

    public void Dispose() => _closed.Dispose();

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
                return (await store.Commit(Transaction.Of(operation), cancellationToken)).Revision;
            }
            catch (StoreException)
            {
                await Task.Delay(Backoff.After(failures), time, cancellationToken);
            }
        }
    }

    private async Task Leave(StoreKey name, Compare fence)
    {
        try
        {
            await store.Commit(
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

        public CancellationToken Lost { get; } = locks._closed.Token;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                await locks.Leave(name, fence);
        }
    }
}
