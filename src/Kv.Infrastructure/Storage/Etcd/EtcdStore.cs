using System.Diagnostics.Metrics;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The engine on an etcd cluster.</summary>
internal sealed class EtcdStore : IStore
{
    // A touch copies a value whose size etcd does not tell. A copy that is known to be large has a call of its own,
    // and few of the others share a call, because they may be large too.
    private const int LargeCopy = GroupCommit.MaxBytes;
    private const int UnknownCopy = GroupCommit.MaxBytes / 16;

    private const int LargeWrite = 2 * UnknownCopy;

    private readonly EtcdConnection _connection;
    private readonly LeasePool _leases;
    private readonly ForeignLeases _foreignLeases;
    private readonly EntryReader _reader;
    private readonly ExpiredEntries _expired;
    private readonly GroupCommit _commits;

    // Small values do not wait for large ones.
    private readonly GroupCommit _largeCommits;
    private readonly NearCache? _cache;
    private readonly GroupRead _linearizableReads;
    private readonly GroupRead _serializableReads;

    private readonly GroupRead _largeReads;
    private readonly LargeKeys _largeKeys = new();
    private readonly RangeReads _ranges;
    private readonly EtcdWatch _watch;
    private readonly PastReads _past;
    private readonly SeenNames _names;
    private readonly EtcdLocks _locks;
    private readonly EtcdState _state;
    private readonly TimeProvider _time;

    /// <param name="keys">The keys that the near cache may hold, and whose past changes can be read.</param>
    /// <param name="ownerOf">The owner of a key: owners take turns in costly reads.</param>
    public EtcdStore(
        EtcdOptions options, KeyRange keys, Func<StoreKey, string> ownerOf, TimeProvider time, IMeterFactory meters,
        ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<EtcdStore>();
        var telemetry = new EngineTelemetry(meters);
        _connection = new EtcdConnection(options, time, logger);
        _leases = new LeasePool(_connection, telemetry, time);
        _foreignLeases = new ForeignLeases(_connection, time);
        _connection.History.Restored += () =>
        {
            _leases.Clear();
            _foreignLeases.Clear();
        };
        _reader = new EntryReader(_foreignLeases, time);
        _expired = new ExpiredEntries(_connection, time);
        _commits = Commits();
        _largeCommits = Commits(() => _commits.CallsSent + _linearizableReads!.CallsSent);
        _cache = options.NearCacheBytes == 0
            ? null
            : new NearCache(
                _connection, keys, options.NearCacheBytes, time, meters, loggers.CreateLogger<NearCache>());
        _linearizableReads = Reads(ReadConsistency.Linearizable);
        _serializableReads = Reads(ReadConsistency.Serializable);
        _largeReads = Reads(ReadConsistency.Linearizable);
        _ranges = new RangeReads(_connection, _reader, _foreignLeases, ownerOf, time);
        _state = new EtcdState(_connection, options, time);
        _time = time;
        _watch = new EtcdWatch(_connection, _foreignLeases, time, logger);
        _past = new PastReads(
            _connection, _foreignLeases, _ranges, keys, options.MaxPastRevisions, time);
        _names = new SeenNames(_ranges, _past, _connection.History, keys, time);
        _locks = new EtcdLocks(_connection, this, time, loggers.CreateLogger<EtcdLocks>());
        telemetry.Observe(
            ("commit", () => _commits.Queued), ("large_commit", () => _largeCommits.Queued),
            ("read", () => _linearizableReads.Queued), ("serializable_read", () => _serializableReads.Queued),
            ("large_read", () => _largeReads.Queued));

        GroupCommit Commits(Func<long>? others = null) =>
            new(_connection, _leases, _reader, telemetry, time, options.Timeout, others);

        GroupRead Reads(ReadConsistency consistency) =>
            new(_connection, _reader, consistency, _largeKeys, _cache, telemetry, time, options.Timeout);
    }

    public Epoch Epoch => _connection.History.Epoch;

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return consistency == ReadConsistency.Serializable && _cache?.Find(key) is { } found
            ? ToPointRead(found.Kv, found.Revision)
            : Reads(key, consistency).Get(key);
    }

    public ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Reads(first, consistency).GetPair(first, second);
    }

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        query.Filter is { } filter
            ? _names.Read(query, filter, cancellationToken)
            : _ranges.Read(query, cancellationToken);

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        _ranges.Count(range, revision, cancellationToken);

    public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return transaction is { Compares.Count: 0, Then: [Operation.Read, ..] }
            ? ReadCachedOrSend(transaction, cancellationToken)
            : Send(transaction, cancellationToken);
    }

    public IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly = false) =>
        _watch.Follow(range, fromRevision, cancellationToken);

    public IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        _past.Read(range, from, through, cancellationToken);

    public Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        _locks.Acquire(name, note, timeToLive, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _cache?.Dispose();
        _names.Dispose();
        _past.Dispose();
        _commits.Dispose();
        _largeCommits.Dispose();
        _linearizableReads.Dispose();
        _serializableReads.Dispose();
        _largeReads.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<PointRead> ToPointRead(EtcdKeyValue? kv, long revision) =>
        new(kv is null ? null : await _reader.Read(kv), revision);

    private async ValueTask<CommitResult> ReadCachedOrSend(
        Transaction transaction, CancellationToken cancellationToken) =>
        await ReadCached(transaction) ?? await Send(transaction, cancellationToken);

    private async ValueTask<CommitResult> Send(Transaction transaction, CancellationToken cancellationToken)
    {
        // An enumeration would allocate.
        var copied = 0;
        for (var i = 0; i < transaction.Then.Count; i++)
            switch (transaction.Then[i])
            {
                case Operation.Put put:
                    _largeKeys.Note(put.Key, put.Value.Length);
                    break;
                case Operation.Touch touch:
                    copied += _largeKeys.Contains(touch.Key) ? LargeCopy : UnknownCopy;
                    break;
            }
        var isGuarded = ComparesOneKey(transaction);
        var write = new PendingWrite(transaction, copied, isGuarded, _time.GetTimestamp());
        for (var i = 0; i < transaction.Deadlines.Count; i++)
            await _leases.Ensure(transaction.Deadlines[i]);
        if ((!isGuarded && transaction.Compares.Count > 0) || transaction.HasNested)
            await _expired.Remove(Compared(transaction, isGuarded), cancellationToken);
        return await (write.Bytes < LargeWrite ? _commits : _largeCommits).Commit(write);
    }

    // A transaction that only reads keys in memory is as fresh as a read of its first key, which may share a call with
    // others. Null when it must be sent.
    private async ValueTask<CommitResult?> ReadCached(Transaction transaction)
    {
        if (_cache?.Watch is not { } watch
            || !transaction.Then.All(operation =>
                operation is Operation.Read && operation.Range.IsSingle && watch.Keys.Has(operation.Range.Start)))
            return null;
        var places = transaction.Then.Select(operation => operation.Range.Start).ToList();
        var revision = (await Reads(places[0], ReadConsistency.Linearizable).Get(places[0])).Revision;
        if (!await watch.Reaches(revision, default) || watch.Keys.FindAll(places, ref revision) is not { } found)
            return null;
        // The read of the first key is counted already.
        _cache.Answered(found.Length - 1);
        var results = new OperationResult[found.Length];
        for (var i = 0; i < found.Length; i++)
        {
            var entry = found[i] is { } kv ? await _reader.Read(kv) : null;
            results[i] = new OperationResult(0, entry is null ? []
                : ((Operation.Read)transaction.Then[i]).KeysOnly ? [entry with { Value = default }] : [entry]);
        }
        return new CommitResult(true, revision, results);
    }

    private GroupRead Reads(StoreKey key, ReadConsistency consistency) =>
        consistency != ReadConsistency.Linearizable ? _serializableReads
        : _largeKeys.Contains(key) ? _largeReads
        : _linearizableReads;

    // etcd checks the deadline of a single compared key in the same transaction; otherwise expired entries are removed
    // before.
    private static bool ComparesOneKey(Transaction transaction)
    {
        if (transaction.Compares.Count == 0)
            return false;
        var key = transaction.Compares[0].Range.Start;
        return transaction.Compares.All(compare => compare.Range.IsSingle && compare.Range.Start.Equals(key));
    }

    private static IEnumerable<KeyRange> Compared(Transaction transaction, bool isGuarded) =>
        (isGuarded ? [] : transaction.Compares.Select(compare => compare.Range))
            .Concat(transaction.Then.Concat(transaction.Otherwise).OfType<Operation.Nested>()
                .SelectMany(nested => Compared(nested.Inner, isGuarded: false)));

    public Task<StoreState?> State(CancellationToken cancellationToken) => _state.Read(cancellationToken);

    public Task<IReadOnlyList<Uri>> Servers(CancellationToken cancellationToken) => _state.Servers(cancellationToken);
}
