using System.Runtime.CompilerServices;
using Etcdserverpb;
using Grpc.Core;
using Kv.Domain.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The engine over an etcd cluster.</summary>
internal sealed partial class EtcdStore : IStore
{
    // A page with more bytes of values than this says that the next one should have fewer entries: listings side by side
    // must not fill the memory, here or in etcd.
    private const long FullPageBytes = 8 * 1024 * 1024;

    private readonly EtcdConnection _connection;
    private readonly LeasePool _leases;
    private readonly ForeignLeases _foreignLeases;
    private readonly EntryReader _reader;
    private readonly ExpiredEntries _expired;
    private readonly GroupCommit _commits;
    private readonly GroupRead _linearizableReads;
    private readonly GroupRead _serializableReads;
    private readonly EtcdLocks _locks;
    private readonly EtcdSpace _space;
    private readonly StoreQueues _queues;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public EtcdStore(EtcdOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<EtcdStore>();
        _connection = new EtcdConnection(options, time, _logger);
        _leases = new LeasePool(_connection, time);
        _foreignLeases = new ForeignLeases(_connection, time);
        _reader = new EntryReader(_foreignLeases, time);
        _expired = new ExpiredEntries(_connection, time);
        _commits = new GroupCommit(_connection, _leases, _reader, time, options.Timeout);
        _linearizableReads = new GroupRead(_connection, _reader, ReadConsistency.Linearizable, time, options.Timeout);
        _serializableReads = new GroupRead(_connection, _reader, ReadConsistency.Serializable, time, options.Timeout);
        _space = new EtcdSpace(_connection, options, time);
        _time = time;
        _locks = new EtcdLocks(_connection, this, time, loggers.CreateLogger<EtcdLocks>());
        _queues = new StoreQueues(
            ("commit", () => _commits.Queued), ("read", () => _linearizableReads.Queued),
            ("serializable_read", () => _serializableReads.Queued));
    }

    /// <summary>How many requests wait to be sent.</summary>
    public int Queued => _commits.Queued + _linearizableReads.Queued + _serializableReads.Queued;

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Reads(consistency).Get(key);
    }

    public ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Reads(consistency).GetPair(key, beside);
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
                // Large values: fewer of them at a time.
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
            var answer = await Calls.Repeat(_connection, _time, deadline => _connection.Keys.RangeAsync(
                request, deadline: deadline, cancellationToken: cancellationToken));
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
        var isGuarded = ComparesOneKey(transaction);
        var write = new PendingWrite(transaction, isGuarded);
        if (write.HasDeadlines)
            foreach (var deadline in write.Deadlines)
                await EnsureLease(deadline);
        if ((!isGuarded && transaction.Compares.Count > 0) || write.HasNested)
            await _expired.Remove(Compared(transaction, isGuarded), cancellationToken);
        return await (!write.HasNested && CanShare(transaction) ? _commits.Commit(write) : _commits.CommitAlone(write));
    }

    public async IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRevision, 1);
        var session = NewSession(fromRevision);
        try
        {
            for (var failures = 0; ;)
            {
                ChangeSet? changes = null;
                try
                {
                    changes = await session.Next(cancellationToken);
                    failures = 0;
                }
                catch (RpcException) when (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException(cancellationToken);
                }
                catch (RpcException error)
                {
                    LogWatchLost(session.NextRevision, error.StatusCode, error.Status.Detail);
                    var next = session.NextRevision;
                    session.Dispose();
                    if (EtcdErrors.IsTokenRejected(error))
                        await RenewToken(range.Start);
                    session = NewSession(next);
                    await Task.Delay(Backoff.After(failures++), _time, cancellationToken);
                }
                if (changes is not null)
                    yield return changes;
            }
        }
        finally
        {
            session.Dispose();
        }

        EtcdWatchSession NewSession(long from) => new(_connection, _foreignLeases, _time, range, from);
    }

    public Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        _locks.Take(name, timeToLive, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _queues.Dispose();
        _commits.Dispose();
        _linearizableReads.Dispose();
        _serializableReads.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private GroupRead Reads(ReadConsistency consistency) =>
        consistency == ReadConsistency.Linearizable ? _linearizableReads : _serializableReads;

    // Such a condition is judged by etcd in the same transaction as the write; others need a look beforehand.
    private static bool ComparesOneKey(Transaction transaction)
    {
        if (transaction.Compares.Count == 0)
            return false;
        var key = transaction.Compares[0].Range.Start;
        return transaction.Compares.All(compare => compare.Range.IsSingle && compare.Range.Start.Equals(key));
    }

    private static bool CanShare(Transaction transaction) =>
        transaction.Then.Count + transaction.Otherwise.Count + transaction.Compares.Count <= GroupCommit.MaxSharedOperations
        && transaction.Compares.All(compare => compare.Range.IsSingle)
        && transaction.Then.All(IsOfOneKey)
        && transaction.Otherwise.All(IsOfOneKey);

    private static bool IsOfOneKey(Operation operation) => operation.Range.IsSingle;

    private static IEnumerable<KeyRange> Compared(Transaction transaction, bool isGuarded) =>
        (isGuarded ? [] : transaction.Compares.Select(compare => compare.Range))
            .Concat(transaction.Then.Concat(transaction.Otherwise).OfType<Operation.Nested>()
                .SelectMany(nested => Compared(nested.Inner, isGuarded: false)));

    // A watch that is refused ends without the error by which the client forgets a void token. A read fails by it.
    private async Task RenewToken(StoreKey key)
    {
        var request = new RangeRequest { Key = EtcdMessages.Wrap(key), CountOnly = true };
        try
        {
            await Calls.Repeat(_connection, _time, by => _connection.Keys.RangeAsync(request, deadline: by));
        }
        catch (RpcException)
        {
            // The watch finds out by itself.
        }
    }

    public Task<StoreSpace?> Space(CancellationToken cancellationToken) => _space.Ask(cancellationToken);

    private async Task<RangePage> Page(RangeQuery query, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.ToRequest(query);
        var answer = await Calls.Repeat(_connection, _time, deadline => _connection.Keys.RangeAsync(
            request, deadline: deadline, cancellationToken: cancellationToken));
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

    // A read's error does not tell where the compaction stands; a watch's does.
    private async Task<Exception> Compacted(KeyRange range, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_connection.Timeout);
        using var session = new EtcdWatchSession(
            _connection, _foreignLeases, _time, KeyRange.Single(range.Start), fromRevision: 1);
        try
        {
            await session.Next(limited.Token);
            return new StoreUnavailableException("etcd did not tell its compact revision.");
        }
        catch (RevisionCompactedException compacted)
        {
            return compacted;
        }
        catch (RpcException error)
        {
            return EtcdErrors.Translate(error, "tell its compact revision", isWrite: false);
        }
    }
}
