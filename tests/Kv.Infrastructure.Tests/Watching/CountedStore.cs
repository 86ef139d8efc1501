using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>
/// A store that counts its watches and the answers of its ranges, and that can fail, fall silent or wait on demand.
/// </summary>
internal sealed class CountedStore(IStore inner) : StoreDecorator(inner, leavesOpen: true)
{
    private CancellationTokenSource _broken = new();
    private Exception? _breach;
    private int _begun;
    private int _open;
    private int _rangeFailures;

    /// <summary>How many watches were begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>How many have not ended.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The exception that every read throws.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The exception that every range throws.</summary>
    public Exception? RangeFailure { get; set; }

    /// <summary>How many ranges have thrown it.</summary>
    public int RangeFailures => Volatile.Read(ref _rangeFailures);

    /// <summary>How many bytes of values the ranges have returned.</summary>
    public long RangeBytes { get; private set; }

    /// <summary>How many ranges have returned.</summary>
    public int Ranges { get; private set; }

    /// <summary>The task that every transaction awaits first.</summary>
    public Func<Task> BeforeCommit { get; set; } = () => Task.CompletedTask;

    /// <summary>The task that every range awaits first.</summary>
    public Func<Task> BeforeRange { get; set; } = () => Task.CompletedTask;

    /// <summary>The task that every watch awaits before it delivers the next changes.</summary>
    public Func<Task> BeforeChanges { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether new watches deliver nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>
    /// Ends the watches that are open. It waits for the first of them: the hub answers its reader before it watches the
    /// store.
    /// </summary>
    public async Task Break(Exception error)
    {
        await Eventually.Holds(() => Open > 0, "a watch of the store is open");
        _breach = error;
        using var broken = Interlocked.Exchange(ref _broken, new CancellationTokenSource());
        await broken.CancelAsync();
    }

    public override ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Failure is { } failure
            ? ValueTask.FromException<PointRead>(failure)
            : Inner.Get(key, consistency, cancellationToken);

    public override async Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
    {
        if (RangeFailure is { } failure)
        {
            Interlocked.Increment(ref _rangeFailures);
            throw failure;
        }
        await BeforeRange();
        var page = await Inner.Range(query, cancellationToken);
        (Ranges, RangeBytes) = (Ranges + 1, RangeBytes + page.Entries.Sum(entry => (long)entry.Value.Length));
        return page;
    }

    public override async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        await BeforeCommit();
        return await Inner.Commit(transaction, cancellationToken);
    }

    public override IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        Counted(token => Inner.Changes(range, from, through, token), cancellationToken);

    public override IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly) =>
        Counted(token => Inner.Watch(range, fromRevision, token, sizesOnly), cancellationToken);

    private async IAsyncEnumerable<ChangeSet> Counted(
        Func<CancellationToken, IAsyncEnumerable<ChangeSet>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _broken.Token);
        Interlocked.Increment(ref _begun);
        Interlocked.Increment(ref _open);
        try
        {
            if (IsSilent)
                await Channel.CreateBounded<int>(1).Reader.ReadAsync(either.Token);
            await using var sets = open(either.Token).GetAsyncEnumerator(CancellationToken.None);
            while (await Next(sets, either.Token))
                yield return sets.Current;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _broken.Dispose();
        return base.DisposeAsync();
    }

    private async Task<bool> Next(IAsyncEnumerator<ChangeSet> sets, CancellationToken broken)
    {
        try
        {
            await BeforeChanges();
            // An engine may still deliver changes that it has in memory.
            broken.ThrowIfCancellationRequested();
            return await sets.MoveNextAsync();
        }
        catch (OperationCanceledException) when (_breach is not null)
        {
            throw _breach;
        }
    }
}
