using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Benchmarks.Pipeline;

/// <summary>
/// A store that always holds one entry, and answers only on demand, so that callers wait as for a real store. It
/// allocates nothing for a request, so all counted bytes are of the layers above it.
/// </summary>
internal sealed class HeldStore(StoreKey present, Entry entry) : IStore
{
    private static readonly CommitResult Written = new(true, Revision: 43, [OperationResult.Written]);

    private readonly HeldAnswer<PointRead> _read = new();
    private readonly HeldAnswer<PairRead> _pair = new();
    private readonly HeldAnswer<CommitResult> _commit = new();

    public Epoch Epoch => Epoch.First;

    /// <summary>Answers the waiting call, if there is one, and runs its continuations before it returns.</summary>
    public bool Release() => _read.Release() || _pair.Release() || _commit.Release();

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        _read.Hold(new PointRead(Find(key), Revision: 43));

    public ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        _pair.Hold(new PairRead(Find(first), null, Revision: 43));

    public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        _commit.Hold(Written);

    public Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Entry? Find(StoreKey key) => key.Equals(present) ? entry : null;
}
