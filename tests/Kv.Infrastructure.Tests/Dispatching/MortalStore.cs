using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>
/// The connection of a replica to the store, which can be cut between any two calls, as by a kill of the process. Sent
/// calls may still be applied, no call is answered, and the locks are free.
/// </summary>
internal sealed class MortalStore(IStore inner) : StoreDecorator(inner, leavesOpen: true)
{
    private readonly CancellationTokenSource _dead = new();
    private readonly ConcurrentBag<IStoreLock> _locks = [];

    /// <summary>Called before each read.</summary>
    public Action? BeforeRead { get; set; }

    /// <summary>Called after each read of a range, before it is answered.</summary>
    public Func<RangeQuery, Task>? AfterRange { get; set; }

    /// <summary>Called before each commit.</summary>
    public Func<Transaction, Task>? BeforeCommit { get; set; }

    /// <summary>Called before a watch delivers changes.</summary>
    public Func<ChangeSet, Task>? BeforeChange { get; set; }

    /// <summary>How many locks it was given.</summary>
    public int Locks => _locks.Count;

    public bool IsDead => _dead.IsCancellationRequested;

    public async Task Kill()
    {
        await _dead.CancelAsync();
        foreach (var held in _locks)
            await held.DisposeAsync();
    }

    public override ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Read(() => Inner.Get(key, consistency, cancellationToken));

    public override ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Read(() => Inner.GetPair(first, second, consistency, cancellationToken));

    public override async Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
    {
        var page = await Read(() => new ValueTask<RangePage>(Inner.Range(query, cancellationToken)));
        if (AfterRange is { } after)
            await after(query).WaitAsync(_dead.Token);
        return page;
    }

    public override async Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        await Read(() => new ValueTask<long>(Inner.Count(range, revision, cancellationToken)));

    public override async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        if (BeforeCommit is { } before)
            await before(transaction).WaitAsync(_dead.Token);
        return await Alive(() => Inner.Commit(transaction, cancellationToken));
    }

    public override async IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken, bool sizesOnly)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _dead.Token);
        await foreach (var set in Inner.Watch(range, fromRevision, either.Token, sizesOnly))
        {
            if (BeforeChange is { } before)
                await before(set).WaitAsync(either.Token);
            yield return set;
            either.Token.ThrowIfCancellationRequested();
        }
    }

    public override async Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _dead.Token);
        var held = await Inner.Lock(name, note, timeToLive, either.Token);
        _locks.Add(held);
        return held;
    }

    private ValueTask<T> Read<T>(Func<ValueTask<T>> read)
    {
        BeforeRead?.Invoke();
        return Alive(read);
    }

    // No call of the dead replica is ever answered.
    private async ValueTask<T> Alive<T>(Func<ValueTask<T>> call)
    {
        _dead.Token.ThrowIfCancellationRequested();
        var answer = await call();
        _dead.Token.ThrowIfCancellationRequested();
        return answer;
    }
}
