namespace Kv.Infrastructure.Storage;

/// <summary>
/// A lock in the store that is held: one caller at a time holds the lock of a name. A holder may be paused for longer
/// than its time to live, so every write under the lock is in a transaction with <see cref="Fence"/>. Disposing the
/// lock releases it at once, to the caller that has waited longest.
/// </summary>
internal interface IStoreLock : IAsyncDisposable
{
    /// <summary>A condition that holds only while this holder holds the lock.</summary>
    Compare Fence { get; }

    /// <summary>
    /// Changes the fence: a transaction with the previous fence fails from then on, however late it reaches the store.
    /// Only then is a transaction with an unknown outcome decided.
    /// </summary>
    /// <exception cref="Kv.Domain.Storage.StoreUnavailableException">
    /// No answer came; the caller may try again.
    /// </exception>
    Task MoveFence(CancellationToken cancellationToken);

    /// <summary>
    /// Cancelled when the lock is lost or may be: the store has not confirmed it for its time to live, or it was
    /// removed.
    /// </summary>
    CancellationToken Lost { get; }
}
