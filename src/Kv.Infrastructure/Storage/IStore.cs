using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The storage waist: an ordered map of bytes with revisions, behind which the engines stand and on which every
/// repository is written once. An engine keeps six promises; the contract tests hold each of them to all six.
/// <list type="number">
/// <item>One revision counter for the store: what a transaction writes carries a revision higher than all that was
/// acknowledged before it. Transactions that run at the same time may share a revision when no key is in two of them.</item>
/// <item>A transaction is done whole or not at all.</item>
/// <item>Ranges come in byte order, at the present or at a past revision, in pages that fit together.</item>
/// <item>A watch gives every change exactly once, in order, with no revision split, and outlives lost connections.</item>
/// <item>Past its deadline no read returns an entry, no compare sees it, and its removal is a change that says so.</item>
/// <item>A lock has one holder at a time, and its fence holds in a transaction for that holder alone.</item>
/// </list>
/// Every method throws <see cref="StoreUnavailableException"/> when the engine cannot answer in time, and
/// <see cref="OperationCanceledException"/> when the caller gives up while there is still something to give up: a request
/// that was sent is waited for, as its time is bounded and its outcome worth knowing.
/// </summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>Reads one key.</summary>
    ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken);

    /// <summary>Reads a key and another beside it, both at one revision.</summary>
    ValueTask<PairRead> GetPair(StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken);

    /// <summary>Reads a page of a range.</summary>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Counts the entries of a range. One that has expired and is not removed yet may still be counted: only reading
    /// each entry would tell.
    /// </summary>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken);

    /// <summary>Does a transaction.</summary>
    /// <exception cref="StoreOutOfSpaceException">There is no room for it; nothing was written.</exception>
    /// <exception cref="StoreRejectedException">The engine refuses it as it is; nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">
    /// No answer came; <see cref="StoreUnavailableException.OutcomeUnknown"/> tells whether it may have been done.
    /// </exception>
    ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Watches a range from a revision on (1 or more), without end. A lost connection is mended behind the scenes,
    /// from the change after the last one delivered, for as long as it takes.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until it holds the lock of a name, for as long as that takes: an engine that is away is asked again until it
    /// answers. Who holds or awaits a lock has an entry under "{name}/".
    /// </summary>
    /// <param name="name">The name. No lock's name may be another's with "/" and more behind it.</param>
    /// <param name="timeToLive">
    /// How long the lock outlives a holder that vanished. A few seconds at least, where it must outlive a holder's pauses.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, which leaves the queue then, as well as it can.</param>
    /// <exception cref="OperationCanceledException">The caller gave up; it does not hold the lock.</exception>
    /// <exception cref="StoreUnavailableException">The store is closed.</exception>
    Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <inheritdoc cref="IStoreProbe.Space"/>
    Task<StoreSpace?> Space(CancellationToken cancellationToken) => Task.FromResult<StoreSpace?>(null);
}
