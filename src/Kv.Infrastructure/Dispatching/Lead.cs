namespace Kv.Infrastructure.Dispatching;

/// <summary>The lead of one term: its lock, and the revisions at which the term begins.</summary>
internal sealed class Lead : IDisposable
{
    private readonly IStoreLock _held;
    private readonly CancellationTokenSource _over;

    public Lead(IStoreLock held, long from, long storeRevision)
    {
        (_held, From, StoreRevision) = (held, from, storeRevision);
        _over = CancellationTokenSource.CreateLinkedTokenSource(held.Lost);
        Over = _over.Token;
    }

    /// <summary>The revision up to which the previous term has settled everything.</summary>
    public long From { get; }

    /// <summary>
    /// The store's revision when the term began. All deliveries of earlier terms were stored by then.
    /// </summary>
    public long StoreRevision { get; }

    /// <inheritdoc cref="IStoreLock.Fence"/>
    public Compare Fence => _held.Fence;

    /// <summary>Cancelled when the lock is lost, or the term ends: from then on nothing can be written.</summary>
    public CancellationToken Over { get; }

    /// <inheritdoc cref="IStoreLock.MoveFence"/>
    public Task MoveFence() => _held.MoveFence(Over);

    /// <summary>Ends the term.</summary>
    public Task End() => _over.CancelAsync();

    public void Dispose() => _over.Dispose();
}
