using System.Threading.Channels;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// A watch on the hub. It reads missed changes from the store, page by page, until the hub holds the rest. Then it
/// joins the hub, and new changes wait in its buffer. A watch that is not read fast enough is cut off: it delays no
/// other watch, and takes no more memory than its buffer. Its changes count against the budget.
/// </summary>
internal sealed class WatchSubscription(
    KeyChangeHub hub, CatchUpReader past, IWatchBudget budget, TimeProvider time, Epoch epoch, Tenant tenant,
    KeyPattern pattern, long since)
    : IKeyChangeWatch
{
    private const int MaxSets = 4_096;
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly Channel<SharedChanges> _live = Channel.CreateBounded<SharedChanges>(
        new BoundedChannelOptions(MaxSets) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _cutOff = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private PastPage _page = new([], since, since, Share: null);
    private Task<PastPage>? _reading;
    private Task<bool>? _waiting;
    private SharedChanges? _returned;
    private long _bytes;

    public Tenant Tenant => tenant;

    public KeyPattern Pattern => pattern;

    /// <summary>The store's epoch at its opening, to which its position belongs.</summary>
    public Epoch Epoch => epoch;

    public long Position { get; private set; } = since;

    public Task CutOff => _cutOff.Task;

    /// <summary>
    /// The shared watch that it has joined; null while it still reads missed changes. The hub's lock guards it.
    /// </summary>
    public SharedWatch? Shared { get; private set; }

    /// <summary>
    /// Joins the hub, or reads the first page of missed changes, which shows whether they are still kept.
    /// </summary>
    public async Task Start(CancellationToken cancellationToken)
    {
        if (!await hub.Join(this, cancellationToken) && !CutOff.IsCompleted)
            _page = await past.Read(epoch, tenant, pattern, Position, _page.Mark, isOpening: true, cancellationToken);
    }

    /// <summary>
    /// Joins the live changes, after the recent ones since its position. The caller holds the hub's lock.
    /// </summary>
    /// <returns>False when the recent changes exceed its buffer or its share of the budget.</returns>
    public bool Join(SharedWatch live, IEnumerable<KeyChangeSet> recent)
    {
        var missed = new List<SharedChanges>();
        var bytes = 0L;
        foreach (var set in recent)
        {
            var concerned = set.Matching(tenant, pattern);
            if (concerned.Changes.Count == 0)
                continue;
            bytes += RecentChanges.Size(concerned);
            if (missed.Count >= MaxSets / 2 || bytes > MaxBytes / 2
                || SharedChanges.TryTake(budget, tenant, concerned) is not { } shared)
            {
                missed.ForEach(set => set.Dispose());
                return false;
            }
            missed.Add(shared);
        }
        foreach (var set in missed)
        {
            Offer(set);
            set.Dispose();
        }
        Shared = live;
        return true;
    }

    public async ValueTask<KeyChangeSet?> Next(TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        // The reader has processed the changes that the previous call returned.
        _returned?.Dispose();
        _returned = null;
        while (Shared is null)
        {
            if (_page.Sets.TryDequeue(out var missed))
                return Return(missed);
            _page.Dispose();
            Position = Math.Max(Position, _page.Through);
            if (_reading is null && _page.IsLast && await hub.Join(this, cancellationToken))
                break;
            if (CutOff.IsCompleted)
                return null;
            _reading ??= past.Read(epoch, tenant, pattern, Position, _page.Mark, isOpening: false, _closing.Token);
            var either = Task.WhenAny(_reading, CutOff);
            if (!await CompletesWithin(patience - time.GetElapsedTime(began), either, cancellationToken))
                return NoChanges();
            if (CutOff.IsCompleted)
                return null;
            _page = await _reading;
            _reading = null;
        }
        while (true)
        {
            // Read before the buffer: if the buffer is empty afterwards, all changes up to here were returned.
            var dispatched = Shared!.DispatchedThrough;
            if (_live.Reader.TryRead(out var set))
            {
                Interlocked.Add(ref _bytes, -set.Bytes);
                // An earlier change was already read from the store.
                if (set.Set.Revision > Position)
                {
                    _returned = set;
                    return Return(set.Set);
                }
                set.Dispose();
                continue;
            }
            // After the cut no changes are offered, so the position must not advance.
            if (!CutOff.IsCompleted)
                Position = Math.Max(Position, dispatched);
            _waiting ??= _live.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            if (!await CompletesWithin(patience - time.GetElapsedTime(began), _waiting, cancellationToken))
                return NoChanges();
            var (more, _) = (await _waiting, _waiting = null);
            if (!more)
                return null;
        }
    }

    /// <summary>
    /// Adds changes; false when the reader is too slow. A set that is larger than the whole buffer may be in it alone.
    /// </summary>
    public bool Offer(SharedChanges set)
    {
        var waiting = Interlocked.Add(ref _bytes, set.Bytes);
        if (waiting > MaxBytes && waiting != set.Bytes)
            return false;
        set.Hold();
        if (_live.Writer.TryWrite(set))
            return true;
        set.Dispose();
        return false;
    }

    /// <summary>Ends the watch. The buffered changes can still be read.</summary>
    /// <param name="error">The error for its reader; null for none.</param>
    public void Cut(Exception? error)
    {
        _live.Writer.TryComplete(error);
        _cutOff.TrySetResult();
        hub.Close(this);
    }

    public async ValueTask DisposeAsync()
    {
        Cut(null);
        await _closing.CancelAsync();
        // Wait until a read in progress has ended.
        if (_reading is { } reading)
        {
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.IsCompletedSuccessfully)
                (await reading).Dispose();
        }
        _page.Dispose();
        _returned?.Dispose();
        while (_live.Reader.TryRead(out var left))
            left.Dispose();
        _closing.Dispose();
    }

    private KeyChangeSet Return(KeyChangeSet set)
    {
        Position = set.Revision;
        return set;
    }

    private KeyChangeSet NoChanges() => new(Position, []);

    private async ValueTask<bool> CompletesWithin(TimeSpan patience, Task task, CancellationToken cancellationToken)
    {
        if (!task.IsCompleted && patience > TimeSpan.Zero)
            await task.WaitAsync(patience, time, cancellationToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }
}
