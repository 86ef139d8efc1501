using System.Runtime.CompilerServices;
using Etcdserverpb;
using Grpc.Core;
using EtcdEvent = Mvccpb.Event;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Reads past changes. For a watch of the past, etcd reads every change since its start, of all keys, and answers
/// little else meanwhile. So one such watch reads the changes for all callers, and only their keys are kept: each
/// caller then reads the entries of its own keys at the revisions of their changes. The keys stay in memory while they
/// are used; later changes are added to them.
/// </summary>
internal sealed class PastReads : IDisposable
{
    // A caller that asks for ever older revisions makes etcd read the past only a few times.
    private const long LeastRevisions = 10_000;

    // A change has up to two entries, and each may have the largest value: so few are read in a call, and few calls run
    // at a time.
    private const int Batch = 8;
    private const int MaxCalls = 4;

    // A member that does not report progress reliably counts only when the watch has been open for this long without a
    // change: etcd brings watches up to date every 100 ms.
    private static readonly TimeSpan QuietBefore = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    private readonly EtcdConnection _connection;
    private readonly ForeignLeases _foreignLeases;
    private readonly RangeReads _ranges;
    private readonly KeyRange _range;
    private readonly long _maxRevisions;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _calls = new(MaxCalls);
    private readonly Lock _gate = new();
    private readonly ITimer _idle;
    private ChangedKeys? _known;
    private Task? _reading;
    private TimeSpan? _quiet;

    /// <param name="range">The keys whose changes can be read.</param>
    /// <param name="maxRevisions">How many of the latest revisions can be reached.</param>
    public PastReads(
        EtcdConnection connection, ForeignLeases foreignLeases, RangeReads ranges, KeyRange range, long maxRevisions,
        TimeProvider time)
    {
        (_connection, _foreignLeases, _ranges) = (connection, foreignLeases, ranges);
        (_range, _maxRevisions, _time) = (range, maxRevisions, time);
        _idle = time.CreateTimer(_ => Forget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc cref="IStore.Changes"/>
    public async IAsyncEnumerable<ChangeSet> Read(
        KeyRange range, long from, long through, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = await Covering(from, through, cancellationToken);
        var (changes, revision) = (new List<Change>(), 0L);
        foreach (var batch in known.Of(range, from, through).Chunk(Batch))
            foreach (var (key, change) in batch.Zip(await ReadInTurn(batch, cancellationToken)))
            {
                if (key.Revision != revision && changes.Count > 0)
                {
                    yield return Set(revision, changes);
                    changes = [];
                }
                revision = key.Revision;
                changes.Add(change);
            }
        if (changes.Count > 0)
            yield return Set(revision, changes);
    }

    /// <summary>
    /// The changed keys between two revisions. Callers that wait at the same time share a watch.
    /// </summary>
    /// <param name="most">How many revisions etcd may read for it; null for as many as can be reached.</param>
    public async Task<ChangedKeys> Covering(
        long from, long through, CancellationToken cancellationToken, long? most = null)
    {
        while (true)
        {
            Task reading;
            bool isOwn;
            lock (_gate)
            {
                _idle.Change(IdleTime, Timeout.InfiniteTimeSpan);
                if (Known is { } known)
                {
                    if (from < known.From && known.IsTrimmed)
                        throw RevisionCompactedException.OutOfReach(known.From - 1);
                    if (from >= known.From && through <= known.Through)
                        return known;
                }
                isOwn = _reading is null or { IsCompleted: true };
                reading = isOwn
                    ? _reading = Task.Run(() => Extend(from, through, most), CancellationToken.None)
                    : _reading!;
            }
            // Another caller's watch may have failed for a reason of its own.
            await reading.WaitAsync(cancellationToken).ConfigureAwait(
                isOwn ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _idle.Dispose();
    }

    private static ChangeSet Set(long revision, List<Change> changes)
    {
        changes.Sort((left, right) => left.Key.CompareTo(right.Key));
        return new ChangeSet(revision, changes);
    }

    private ChangedKeys? Known => _known is { } known && known.Epoch == _connection.History.Epoch ? known : null;

    private async Task Extend(long from, long through, long? most)
    {
        var (epoch, seen) = _connection.History.Now();
        // etcd reads up to the current revision, whatever the caller needs.
        through = Math.Max(through, seen);
        if (from <= through - _maxRevisions)
            throw RevisionCompactedException.OutOfReach(through - _maxRevisions);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, epoch.Ended);
        var known = Known is { } kept && from >= kept.From
            ? kept
            : ChangedKeys.StartAt(epoch.Epoch, most is null ? Start(from, through) : from);
        if (through - known.Through > most)
            throw RevisionCompactedException.OutOfReach(known.Through);
        try
        {
            for (var failures = 0; known.Through < through;)
            {
                try
                {
                    known = await Follow(known, through, ending.Token);
                }
                catch (RevisionCompactedException compacted) when (compacted is not StoreRestoredException
                    && compacted.CompactRevision < from)
                {
                    // Compacted are only revisions that this caller does not need: the list begins anew after them.
                    known = ChangedKeys.StartAt(epoch.Epoch, compacted.CompactRevision + 1);
                }
                catch (RpcException) when (!ending.IsCancellationRequested)
                {
                    await Task.Delay(Backoff.After(failures++), _time, ending.Token);
                }
            }
        }
        catch (Exception error) when (epoch.Ended.IsCancellationRequested
            && error is RpcException or OperationCanceledException)
        {
            throw new StoreRestoredException(_connection.History.Epoch.Since);
        }
        lock (_gate)
            _known = known;
        if (known.From > from)
            throw RevisionCompactedException.OutOfReach(known.From - 1);
    }

    // Twice as far back as the caller asks.
    private long Start(long from, long through) => Math.Max(
        Math.Max(1, through - _maxRevisions + 1),
        Math.Min(through - LeastRevisions, from - (through - from)));

    private async Task<ChangedKeys> Follow(ChangedKeys known, long through, CancellationToken cancellationToken)
    {
        using var session = new EtcdWatchSession(
            _connection, _foreignLeases, _time, _range, known.Through + 1, through,
            await QuietTime(cancellationToken));
        var added = new List<ChangedKey>();
        while (await session.Next(cancellationToken) is { } set)
        {
            added.AddRange(set.Changes.Select(
                change => new ChangedKey(set.Revision, change.Key, change.Kind == ChangeKind.Put)));
            if (added.Count < ChangedKeys.PartSize)
                continue;
            known = known.With(added, set.Revision);
            added.Clear();
            // Tens of thousands of changes arrive at once: let other requests run between them.
            await Task.Yield();
        }
        return known.With(added, through);
    }

    // How long a watch must be without a change for a report of its progress to be reliable; the version is read once.
    private async ValueTask<TimeSpan> QuietTime(CancellationToken cancellationToken)
    {
        if (_quiet is { } known)
            return known;
        try
        {
            var status = await Calls.Repeat(
                _connection, _time, (channel, options) => channel.Maintenance.StatusAsync(new StatusRequest(), options),
                cancellationToken: cancellationToken);
            return (_quiet = EtcdFaults.ReportsProgress(status.Version) ? TimeSpan.Zero : QuietBefore).Value;
        }
        catch (RpcException)
        {
            return QuietBefore;
        }
    }

    private async Task<List<Change>> ReadInTurn(ChangedKey[] keys, CancellationToken cancellationToken)
    {
        await _calls.WaitAsync(cancellationToken);
        try
        {
            return await Read(keys, cancellationToken);
        }
        finally
        {
            _calls.Release();
        }
    }

    // The changes of the keys, with their entries.
    private async Task<List<Change>> Read(ChangedKey[] keys, CancellationToken cancellationToken)
    {
        var request = new TxnRequest();
        foreach (var key in keys)
        {
            if (key.IsPut)
                request.Success.Add(ReadOf(key.Key, key.Revision));
            if (key.Revision > 1)
                request.Success.Add(ReadOf(key.Key, key.Revision - 1));
        }
        var before = _connection.History.Now();
        TxnResponse answer;
        try
        {
            answer = await Calls.Repeat(
                _connection, _time, (channel, options) => channel.Keys.TxnAsync(request, options),
                cancellationToken: cancellationToken);
        }
        catch (RpcException error) when (EtcdErrors.IsAnswerTooLarge(error) && keys.Length > 1)
        {
            var half = keys.Length / 2;
            return [.. await Read(keys[..half], cancellationToken), .. await Read(keys[half..], cancellationToken)];
        }
        catch (RpcException error)
        {
            throw await _ranges.TranslateRead(
                error, KeyRange.Single(keys[0].Key), keys[0].Revision, cancellationToken);
        }
        var (changes, next) = (new List<Change>(keys.Length), 0);
        foreach (var key in keys)
        {
            var current = key.IsPut ? Entry(answer, next++) : null;
            // A change that a watch has delivered is missing: etcd was restored.
            if (key.IsPut && current?.ModRevision != key.Revision)
            {
                _connection.History.ReportMissing(before, answer.Header.Revision);
                throw new StoreRestoredException(_connection.History.Epoch.Since);
            }
            var change = new EtcdEvent
            {
                Type = key.IsPut ? EtcdEvent.Types.EventType.Put : EtcdEvent.Types.EventType.Delete,
                Kv = current ?? new EtcdKeyValue { Key = EtcdMessages.Wrap(key.Key), ModRevision = key.Revision },
                PrevKv = key.Revision > 1 ? Entry(answer, next++) : null,
            };
            changes.Add(await EtcdWatchSession.ToChange(change, _foreignLeases, _time));
        }
        return changes;
    }

    private static RequestOp ReadOf(StoreKey key, long revision) =>
        new() { RequestRange = EtcdMessages.ToRequest(new RangeQuery(KeyRange.Single(key), Limit: 1, revision)) };

    private static EtcdKeyValue? Entry(TxnResponse answer, int number) =>
        answer.Responses[number].ResponseRange.Kvs.SingleOrDefault();

    private void Forget()
    {
        lock (_gate)
            _known = null;
    }
}
