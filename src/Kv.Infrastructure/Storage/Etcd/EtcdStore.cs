using Etcdserverpb;
using Grpc.Core;
using Kv.Domain.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The engine on an etcd cluster.</summary>
internal sealed class EtcdStore : IStore
{
    // A page with values above this size suggests a lower limit for the next one: concurrent listings must not fill the
    // memory, here or in etcd.
    private const long FullPageBytes = 8 * 1024 * 1024;

    private readonly EtcdConnection _connection;
    private readonly LeasePool _leases;
    private readonly ForeignLeases _foreignLeases;
    private readonly EntryReader _reader;
    private readonly ExpiredEntries _expired;
    private readonly GroupCommit _commits;
    private readonly GroupRead _linearizableReads;
    private readonly GroupRead _serializableReads;

    // Small values do not wait for large ones.
    private readonly GroupRead _largeReads;
    private readonly LargeKeys _largeKeys = new();
    private readonly EtcdWatch _watch;
    private readonly EtcdLocks _locks;
    private readonly EtcdState _space;
    private readonly EtcdMemberList _members;
    private readonly StoreQueues _queues;
    private readonly TimeProvider _time;

    public EtcdStore(EtcdOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<EtcdStore>();
        _connection = new EtcdConnection(options, time, logger);
        _leases = new LeasePool(_connection, time);
        _foreignLeases = new ForeignLeases(_connection, time);
        _connection.History.Restored += () =>
        {
            _leases.Clear();
            _foreignLeases.Clear();
        };
        _reader = new EntryReader(_foreignLeases, time);
        _expired = new ExpiredEntries(_connection, time);
        _commits = new GroupCommit(_connection, _leases, _reader, time, options.Timeout);
        _linearizableReads = new GroupRead(
            _connection, _reader, ReadConsistency.Linearizable, _largeKeys, time, options.Timeout);
        _serializableReads = new GroupRead(
            _connection, _reader, ReadConsistency.Serializable, _largeKeys, time, options.Timeout);
        _largeReads = new GroupRead(
            _connection, _reader, ReadConsistency.Linearizable, _largeKeys, time, options.Timeout);
        _space = new EtcdState(_connection, options, time);
        _members = new EtcdMemberList(_connection, options, time);
        _time = time;
        _watch = new EtcdWatch(_connection, _foreignLeases, new EtcdProgress(_connection, time), time, logger);
        _locks = new EtcdLocks(_connection, this, time, loggers.CreateLogger<EtcdLocks>());
        _queues = new StoreQueues(
            ("commit", () => _commits.Queued), ("read", () => _linearizableReads.Queued),
            ("serializable_read", () => _serializableReads.Queued), ("large_read", () => _largeReads.Queued));
    }

    public Epoch Epoch => _connection.History.Epoch;

    /// <summary>How many requests wait to be sent.</summary>
    public int Queued =>
        _commits.Queued + _linearizableReads.Queued + _serializableReads.Queued + _largeReads.Queued;

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Reads(key, consistency).Get(key);
    }

    public ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Reads(key, consistency).GetPair(key, beside);
    }

    public async Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await Page(query, cancellationToken);
            }
            catch (RpcException error) when (EtcdErrors.IsAnswerTooLarge(error) && query.Limit > 1)
            {
                // The values are large: read fewer at a time.
                query = query with { Limit = query.Limit / 2 };
            }
            catch (RpcException error)
            {
                throw await TranslateRead(error, query.Range, query.Revision, cancellationToken);
            }
        }
    }

    public async Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.ToRequest(new RangeQuery(range, Limit: 0, revision));
        request.CountOnly = true;
        try
        {
            var answer = await Calls.Repeat(
                _connection, _time, (channel, options) => channel.Keys.RangeAsync(request, options),
                cancellationToken: cancellationToken);
            return answer.Count;
        }
        catch (RpcException error)
        {
            throw await TranslateRead(error, range, revision, cancellationToken);
        }
    }

    public async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // An enumeration would allocate.
        for (var i = 0; i < transaction.Then.Count; i++)
            if (transaction.Then[i] is Operation.Put put)
                _largeKeys.Note(put.Key, put.Value.Length);
        var isGuarded = ComparesOneKey(transaction);
        var write = new PendingWrite(transaction, isGuarded, _time.GetTimestamp());
        if (write.HasDeadlines)
            foreach (var deadline in write.Deadlines)
                await EnsureLease(deadline);
        if ((!isGuarded && transaction.Compares.Count > 0) || write.HasNested)
            await _expired.Remove(Compared(transaction, isGuarded), cancellationToken);
        return await (!write.HasNested && CanShare(transaction) ? _commits.Commit(write) : _commits.CommitAlone(write));
    }

    public IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken) =>
        _watch.Follow(range, fromRevision, long.MaxValue, cancellationToken);

    public IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        _watch.Follow(range, from, through, cancellationToken);

    public Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        _locks.Take(name, note, timeToLive, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _queues.Dispose();
        _commits.Dispose();
        _linearizableReads.Dispose();
        _serializableReads.Dispose();
        _largeReads.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
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

    private static bool CanShare(Transaction transaction) =>
        transaction.Then.Count + transaction.Otherwise.Count + transaction.Compares.Count
            <= GroupCommit.MaxSharedOperations
        && transaction.Compares.All(compare => compare.Range.IsSingle)
        && transaction.Then.All(IsOfOneKey)
        && transaction.Otherwise.All(IsOfOneKey);

    private static bool IsOfOneKey(Operation operation) => operation.Range.IsSingle;

    private static IEnumerable<KeyRange> Compared(Transaction transaction, bool isGuarded) =>
        (isGuarded ? [] : transaction.Compares.Select(compare => compare.Range))
            .Concat(transaction.Then.Concat(transaction.Otherwise).OfType<Operation.Nested>()
                .SelectMany(nested => Compared(nested.Inner, isGuarded: false)));

    public Task<StoreState?> State(CancellationToken cancellationToken) => _space.Ask(cancellationToken);

    public Task<IReadOnlyList<Uri>> Servers(CancellationToken cancellationToken) => _members.Ask(cancellationToken);

    private async Task<RangePage> Page(RangeQuery query, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.ToRequest(query);
        var answer = await Calls.Repeat(
            _connection, _time, (channel, options) => channel.Keys.RangeAsync(request, options),
            mayBeStale: request.Serializable, cancellationToken);
        StoreKey? next = answer.More ? new StoreKey(answer.Kvs[^1].Key.Memory).Next() : null;
        var revision = query.Revision == 0 ? answer.Header.Revision : query.Revision;
        var entries = query.WithExpired
            ? [.. answer.Kvs.Select(kv => EtcdMessages.ToEntry(kv))]
            : await _reader.ReadAll(answer.Kvs);
        return new RangePage(entries, next, revision, FittingLimit(query.Limit, answer));
    }

    private static int FittingLimit(int limit, RangeResponse answer)
    {
        var bytes = answer.Kvs.Sum(kv => (long)kv.Value.Length);
        return bytes <= FullPageBytes ? limit : (int)Math.Max(1, answer.Kvs.Count * FullPageBytes / bytes);
    }

    private async ValueTask EnsureLease(long deadline)
    {
        try
        {
            await _leases.Ensure(deadline);
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Translate(error, "grant a lease", isWrite: false);
        }
    }

    private async Task<Exception> TranslateRead(
        RpcException error, KeyRange range, long revision, CancellationToken cancellationToken)
    {
        if (error.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            return new OperationCanceledException(error.Message, error, cancellationToken);
        if (EtcdErrors.IsFutureRevision(error))
            return new RevisionInFutureException(revision, error);
        if (EtcdErrors.IsCompacted(error))
            return await Compacted(range, cancellationToken);
        return EtcdErrors.Translate(error, "read", isWrite: false);
    }

    // The error of a read does not contain the compact revision; that of a watch does.
    private async Task<Exception> Compacted(KeyRange range, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_connection.Timeout);
        using var session = new EtcdWatchSession(
            _connection, _foreignLeases, _time, KeyRange.Single(range.Start), fromRevision: 1);
        try
        {
            await session.Next(limited.Token);
            return new StoreUnavailableException("etcd did not report its compact revision.");
        }
        catch (RevisionCompactedException compacted)
        {
            return compacted;
        }
        catch (RpcException error)
        {
            return EtcdErrors.Translate(error, "report its compact revision", isWrite: false);
        }
    }
}
