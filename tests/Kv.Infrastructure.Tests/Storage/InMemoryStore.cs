using System.Runtime.CompilerServices;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>
/// The store interface in its simplest form: one lock around the present entries and a log of every change. The engines
/// are compared with it, so it is simple enough to be obviously right.
/// </summary>
internal sealed class InMemoryStore : IStore
{
    private readonly Lock _lock = new();
    private readonly InMemoryLocks _locks;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly SortedDictionary<StoreKey, Entry> _entries = [];
    private readonly List<ChangeSet> _log = [];
    private long _revision = 1;
    private long _compactRevision;
    private TaskCompletionSource _changed = NewSignal();

    public InMemoryStore(TimeProvider time)
    {
        _time = time;
        _locks = new InMemoryLocks(this);
        _sweeper = time.CreateTimer(_ => Sweep(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    public Epoch Epoch => Epoch.First;

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            RemoveExpired();
            return new(new PointRead(_entries.GetValueOrDefault(key), _revision));
        }
    }

    public ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            RemoveExpired();
            return new(new PairRead(_entries.GetValueOrDefault(first), _entries.GetValueOrDefault(second), _revision));
        }
    }

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var found = Within(query.Range, query.Revision, query.WithExpired).ToList();
            var page = found.Take(query.Limit)
                .Where(entry => query.Filter is not { } filter || filter(entry.Key.Span))
                .Select(entry => query.KeysOnly ? entry with { Value = default } : entry)
                .ToList();
            StoreKey? next = found.Count > query.Limit ? found[query.Limit].Key : null;
            return Task.FromResult(new RangePage(
                page, next, query.Revision == 0 ? _revision : query.Revision,
                Examined: Math.Min(found.Count, query.Limit)));
        }
    }

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return Task.FromResult(Within(range, revision).LongCount());
    }

    public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            RemoveExpired();
            var changes = new List<Change>();
            var undo = new SortedDictionary<StoreKey, Entry>(_entries);
            try
            {
                var result = Choose(transaction)(changes);
                Log(changes);
                return new(new CommitResult(result.Succeeded, _revision, result.Results));
            }
            catch (StoreRejectedException)
            {
                _entries.Clear();
                foreach (var (key, entry) in undo)
                    _entries.Add(key, entry);
                throw;
            }
        }
    }

    public IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (from <= _compactRevision)
                throw new RevisionCompactedException(_compactRevision);
            return _log.Where(set => set.Revision >= from && set.Revision <= through)
                .Select(set => set with { Changes = set.Changes.Where(change => range.Contains(change.Key)).ToList() })
                .Where(set => set.Changes.Count > 0)
                .ToList().ToAsyncEnumerable();
        }
    }

    public async IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range,
        long fromRevision,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        bool sizesOnly = false)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<ChangeSet> due;
            Task changed;
            lock (_lock)
            {
                if (fromRevision <= _compactRevision)
                    throw new RevisionCompactedException(_compactRevision);
                due = _log.Where(set => set.Revision >= fromRevision)
                    .Select(
                        set => set with { Changes = set.Changes.Where(change => range.Contains(change.Key)).ToList() })
                    .Where(set => set.Changes.Count > 0)
                    .ToList();
                fromRevision = Math.Max(fromRevision, _revision + 1);
                changed = _changed.Task;
            }
            foreach (var set in due)
                yield return set;
            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        _locks.Take(name, note, cancellationToken);

    /// <summary>Forgets the history before a revision.</summary>
    public void Compact(long revision)
    {
        lock (_lock)
            _compactRevision = Math.Max(_compactRevision, revision);
    }

    public ValueTask DisposeAsync() => _sweeper.DisposeAsync();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IEnumerable<Entry> Within(KeyRange range, long revision, bool withExpired = false)
    {
        RemoveExpired();
        if (revision > _revision)
            throw new RevisionInFutureException(revision);
        if (revision != 0 && revision < _compactRevision)
            throw new RevisionCompactedException(_compactRevision);
        var now = _time.GetUtcNow();
        return (revision == 0 ? _entries : AsOf(revision)).Values
            .Where(entry => range.Contains(entry.Key) && (withExpired || !entry.IsExpiredAt(now)));
    }

    /// <summary>The entries at a past revision: it replays every change up to it.</summary>
    private SortedDictionary<StoreKey, Entry> AsOf(long revision)
    {
        var entries = new SortedDictionary<StoreKey, Entry>();
        foreach (var change in _log.TakeWhile(set => set.Revision <= revision).SelectMany(set => set.Changes))
            if (change.Current is null)
                entries.Remove(change.Key);
            else
                entries[change.Key] = change.Current;
        return entries;
    }

    /// <summary>Chooses the branches before anything is written. The result executes them.</summary>
    private Func<List<Change>, NestedResult> Choose(Transaction transaction)
    {
        var succeeded = transaction.Compares.All(Holds);
        var steps = (succeeded ? transaction.Then : transaction.Otherwise)
            .Select<Operation, Func<List<Change>, OperationResult>>(operation =>
            {
                if (operation is not Operation.Nested nested)
                    return changes => Do(operation, changes);
                var inner = Choose(nested.Inner);
                return changes => new OperationResult(0, [], inner(changes));
            })
            .ToList();
        return changes => new NestedResult(succeeded, steps.Select(step => step(changes)).ToList());
    }

    private bool Holds(Compare compare)
    {
        var entries = _entries.Values.Where(entry => compare.Range.Contains(entry.Key)).ToList();
        return entries.Count == 0 ? Holds(compare, null) : entries.All(entry => Holds(compare, entry));
    }

    private static bool Holds(Compare compare, Entry? entry)
    {
        if (compare.Target == CompareTarget.Value && entry is null)
            return false;
        var order = compare.Target switch
        {
            CompareTarget.ModRevision => (entry?.ModRevision ?? 0).CompareTo(compare.Number),
            CompareTarget.CreateRevision => (entry?.CreateRevision ?? 0).CompareTo(compare.Number),
            _ => entry!.Value.Span.SequenceCompareTo(compare.Bytes.Span),
        };
        return compare.Relation switch
        {
            CompareRelation.Equal => order == 0,
            CompareRelation.NotEqual => order != 0,
            CompareRelation.Greater => order > 0,
            _ => order < 0,
        };
    }

    private OperationResult Do(Operation operation, List<Change> changes)
    {
        switch (operation)
        {
            case Operation.Touch touch:
                var standing = _entries.GetValueOrDefault(touch.Key)
                    ?? throw new StoreRejectedException("There is no entry to give another deadline to.");
                return Do(new Operation.Put(touch.Key, standing.Value, touch.Deadline), changes);

            case Operation.Put put:
                var previous = _entries.GetValueOrDefault(put.Key);
                var revision = _revision + 1;
                var entry = new Entry(
                    put.Key,
                    put.Value.ToArray(),
                    previous?.CreateRevision ?? revision,
                    revision,
                    (previous?.Version ?? 0) + 1,
                    put.Deadline);
                _entries[put.Key] = entry;
                changes.Add(new Change(ChangeKind.Put, put.Key, entry, previous));
                return OperationResult.Written;

            case Operation.Delete delete:
                var gone = _entries.Values.Where(entry => delete.Keys.Contains(entry.Key)).ToList();
                Remove(gone, ChangeKind.Delete, changes);
                return new OperationResult(gone.Count, []);

            case Operation.Read read:
                var now = _time.GetUtcNow();
                var found = _entries.Values.Where(entry => read.Keys.Contains(entry.Key) && !entry.IsExpiredAt(now));
                return new OperationResult(0, (read.Limit == 0 ? found : found.Take(read.Limit))
                    .Select(entry => read.KeysOnly ? entry with { Value = default } : entry).ToList());

            default:
                throw new NotSupportedException(operation.GetType().Name);
        }
    }

    private void Sweep()
    {
        lock (_lock)
            RemoveExpired();
    }

    private void RemoveExpired()
    {
        var now = _time.GetUtcNow();
        var changes = new List<Change>();
        Remove(_entries.Values.Where(entry => entry.IsExpiredAt(now)).ToList(), ChangeKind.Expire, changes);
        Log(changes);
    }

    private void Remove(List<Entry> gone, ChangeKind kind, List<Change> changes)
    {
        foreach (var entry in gone)
        {
            _entries.Remove(entry.Key);
            changes.Add(new Change(kind, entry.Key, null, entry));
        }
    }

    private void Log(List<Change> changes)
    {
        if (changes.Count == 0)
            return;
        _revision++;
        _log.Add(new ChangeSet(_revision, changes.OrderBy(change => change.Key).ToList()));
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }
}
