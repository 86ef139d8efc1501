namespace Kv.Infrastructure.Storage;

/// <summary>
/// A store that passes every call on to an inner one. A derived class overrides the calls that it changes.
/// </summary>
/// <param name="leavesOpen">Whether the inner store stays open when this one is disposed.</param>
internal abstract class StoreDecorator(IStore inner, bool leavesOpen = false) : IStore
{
    public Epoch Epoch => Inner.Epoch;

    protected IStore Inner { get; } = inner;

    public virtual ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Inner.Get(key, consistency, cancellationToken);

    public virtual ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Inner.GetPair(first, second, consistency, cancellationToken);

    public virtual Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Inner.Range(query, cancellationToken);

    public virtual Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Inner.Count(range, revision, cancellationToken);

    public virtual ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        Inner.Commit(transaction, cancellationToken);

    public virtual IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly = false) =>
        Inner.Watch(range, fromRevision, cancellationToken, sizesOnly);

    public virtual IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        Inner.Changes(range, from, through, cancellationToken);

    public virtual Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        Inner.Lock(name, note, timeToLive, cancellationToken);

    public virtual Task<StoreState?> State(CancellationToken cancellationToken) => Inner.State(cancellationToken);

    public virtual Task<IReadOnlyList<Uri>> Servers(CancellationToken cancellationToken) =>
        Inner.Servers(cancellationToken);

    public virtual ValueTask DisposeAsync() => leavesOpen ? ValueTask.CompletedTask : Inner.DisposeAsync();
}
