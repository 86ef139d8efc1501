namespace Kv.Infrastructure.Dispatching;

/// <summary>
/// The lead of one term: its lock, and the revisions at which the term begins. It begins before any other service of
/// the term is created.
/// </summary>
internal sealed class Lead : IDisposable
{
    private IStoreLock _held = null!;
    private CancellationTokenSource _over = null!;

    /// <summary>The revision up to which the previous term has settled everything.</summary>
    public long From { get; private set; }

    /// <summary>
    /// The store's revision when the term began. All deliveries of earlier terms were stored by then.
    /// </summary>
    public long StoreRevision { get; private set; }

    /// <inheritdoc cref="IStoreLock.Fence"/>
    public Compare Fence => _held.Fence;

    /// <summary>Cancelled when the lock is lost, or the term ends: from then on nothing can be written.</summary>
    public CancellationToken Over { get; private set; }

    public void Begin(IStoreLock held, long from, long storeRevision)
    {
        (_held, From, StoreRevision) = (held, from, storeRevision);
        _over = CancellationTokenSource.CreateLinkedTokenSource(held.Lost);
        Over = _over.Token;
    }

    /// <inheritdoc cref="IStoreLock.MoveFence"/>
    public Task MoveFence() => _held.MoveFence(Over);

    public Task End() => _over.CancelAsync();

    public void Dispose() => _over.Dispose();
}
