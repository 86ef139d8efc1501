namespace Kv.Infrastructure.Storage;

/// <summary>
/// A lock in the store that is held: of all who ask for one name, one at a time has it. Whoever holds it may be paused
/// for longer than its time to live, so what the lock guards is written in transactions that carry <see cref="Fence"/>.
/// Disposing of it gives it back at once, to whoever has waited longest.
/// </summary>
internal interface IStoreLock : IAsyncDisposable
{
    /// <summary>A condition that holds only as long as the lock is held by this holder.</summary>
    Compare Fence { get; }

    /// <summary>
    /// Cancelled when the lock is lost, or may be: the store has not confirmed it for its time to live, or it was taken
    /// away.
    /// </summary>
    CancellationToken Lost { get; }
}
