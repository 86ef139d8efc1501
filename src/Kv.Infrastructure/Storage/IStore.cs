namespace Kv.Infrastructure.Storage;

/// <summary>
/// The storage waist: an ordered map of bytes with revisions. The engines implement it, and every repository is written
/// once, on top of it. An engine keeps six promises; the contract tests check all six on every engine.
/// <list type="number">
/// <item>The store has one revision counter: a transaction writes at a revision higher than all that were acknowledged
/// before it. Transactions that run at the same time may share a revision when no key is in two of them.</item>
/// <item>A transaction is applied whole or not at all.</item>
/// <item>A range is in byte order, at the current or at a past revision, and its pages fit together.</item>
/// <item>A watch delivers every change exactly once, in order, splits no revision, and outlives lost
/// connections.</item>
/// <item>Past its deadline an entry is returned by no read and seen by no compare, and its removal is an expiry
/// change.</item>
/// <item>A lock has one holder at a time, and its fence holds in a transaction for that holder alone.</item>
/// </list>
/// All of this holds within an <see cref="Epoch"/>: a store that is restored from a backup goes back to an earlier
/// revision. Every method throws <see cref="StoreUnavailableException"/> when the engine cannot answer in time. It
/// throws <see cref="OperationCanceledException"/> when the caller cancels before the request is sent. A request that
/// was sent is awaited: its time is bounded, and its outcome is worth knowing.
/// </summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>
    /// The current history of the store. A new epoch begins each time this process notices that the store was restored
    /// from a backup. A revision has a meaning only within the epoch in which it was read. When an epoch ends, open
    /// watches fail with <see cref="StoreRestoredException"/>, and locks are lost.
    /// </summary>
    Epoch Epoch { get; }

    /// <summary>Reads one key.</summary>
    ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken);

    /// <summary>Reads two keys at one revision.</summary>
    ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken);

    /// <summary>Reads a page of a range.</summary>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Counts the entries of a range. The count may include an entry that has expired and is not removed yet: the
    /// engine would have to read each entry to exclude it.
    /// </summary>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken);

    /// <summary>Commits a transaction.</summary>
    /// <exception cref="StoreOutOfSpaceException">The store has no room for it; nothing was written.</exception>
    /// <exception cref="StoreRejectedException">The engine refuses the transaction; nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">
    /// No answer came; <see cref="StoreUnavailableException.OutcomeUnknown"/> says whether it may have been applied.
    /// </exception>
    ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Watches a range from a revision on (1 or more), without end. A lost connection is replaced internally: the watch
    /// resumes after the last change delivered, however long that takes.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="StoreRestoredException">The epoch has ended.</exception>
    /// <param name="range">The range.</param>
    /// <param name="fromRevision">The first revision.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <param name="sizesOnly">
    /// Whether the caller needs no values, only <see cref="Entry.ValueBytes"/>: an engine that can omit the values does
    /// so.
    /// </param>
    IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly = false);

    /// <summary>
    /// The changes of a range from a revision (1 or more) to another that the store has reached, both included.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="StoreRestoredException">The epoch has ended.</exception>
    IAsyncEnumerable<ChangeSet> Changes(KeyRange range, long from, long through, CancellationToken cancellationToken);

    /// <summary>
    /// Waits without a limit until the caller holds the lock of a name; while the engine is unavailable, the call is
    /// repeated. Every holder and every waiter has an entry under "{name}/", with its note as the value.
    /// </summary>
    /// <param name="name">The name. The name of a lock must not begin with another lock's name and "/".</param>
    /// <param name="note">The value of the caller's entry, which others may read.</param>
    /// <param name="timeToLive">
    /// How long the lock outlives a holder that vanished. Use at least a few seconds where the lock must outlive a
    /// holder's pauses.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, and leaves the queue if the engine can be reached.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled; it does not hold the lock.</exception>
    /// <exception cref="StoreUnavailableException">The store is closed.</exception>
    Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <inheritdoc cref="IStoreProbe.State"/>
    Task<StoreState?> State(CancellationToken cancellationToken) => Task.FromResult<StoreState?>(null);

    /// <summary>
    /// The addresses of the engine's servers, as far as the engine reports them; empty for an engine without servers.
    /// </summary>
    Task<IReadOnlyList<Uri>> Servers(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Uri>>([]);
}
