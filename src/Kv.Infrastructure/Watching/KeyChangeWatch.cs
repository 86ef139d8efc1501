using System.Threading.Channels;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// A watch on the hub. It reads what it has missed from the store, page by page, until the hub still holds the rest; then it joins
/// the hub, and what happens waits in its buffer. One that is not read fast enough is cut off: it holds up nobody, and takes no more
/// memory than its buffer.
/// </summary>
internal sealed class KeyChangeWatch(
    KeyChangeHub hub, PastPages past, TimeProvider time, Tenant tenant, KeyPattern pattern, long since) : IKeyChangeWatch
{
    private const int MaxSets = 4_096;
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly Channel<KeyChangeSet> _live = Channel.CreateBounded<KeyChangeSet>(
        new BoundedChannelOptions(MaxSets) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _cutOff = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private PastPage _page = new([], since, since);
    private Task<PastPage>? _reading;
    private Task<bool>? _waiting;
    private long _bytes;

    public Tenant Tenant => tenant;

    public KeyPattern Pattern => pattern;

    public long Position { get; private set; } = since;

    public Task CutOff => _cutOff.Task;

    /// <summary>What it has joined; null while it still reads what it has missed. The hub's lock guards it.</summary>
    public HubUpstream? Upstream { get; private set; }

    /// <summary>Joins the hub, or reads the first page of what was missed: whether that is still there is known then.</summary>
    public async Task Begin(CancellationToken cancellationToken)
    {
        if (!await hub.Join(this, cancellationToken) && !CutOff.IsCompleted)
            _page = await past.Read(tenant, pattern, Position, _page.Mark, cancellationToken);
    }

    /// <summary>Joins what goes on, with what has happened since its position. The hub's lock is held.</summary>
    /// <returns>False when that is more than its buffer takes.</returns>
    public bool Join(HubUpstream upstream, IEnumerable<KeyChangeSet> recent)
    {
        var missed = new List<KeyChangeSet>();
        var bytes = 0L;
        foreach (var set in recent)
        {
            var concerned = set.Of(tenant, pattern);
            if (concerned.Changes.Count == 0)
                continue;
            missed.Add(concerned);
            bytes += RecentChanges.Size(concerned);
            if (missed.Count > MaxSets / 2 || bytes > MaxBytes / 2)
                return false;
        }
        foreach (var set in missed)
            Offer(set);
        Upstream = upstream;
        return true;
    }

    public async ValueTask<KeyChangeSet?> Next(TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (Upstream is null)
        {
            if (_page.Sets.TryDequeue(out var missed))
                return Told(missed);
            Position = Math.Max(Position, _page.Through);
            if (_reading is null && _page.IsLast && await hub.Join(this, cancellationToken))
                break;
            if (CutOff.IsCompleted)
                return null;
            _reading ??= past.Read(tenant, pattern, Position, _page.Mark, _closing.Token);
            if (!await Within(patience - time.GetElapsedTime(began), Task.WhenAny(_reading, CutOff), cancellationToken))
                return Nothing();
            if (CutOff.IsCompleted)
                return null;
            _page = await _reading;
            _reading = null;
        }
        while (true)
        {
            // Asked before the buffer is looked at: if nothing waits there then, all that was dispatched by now was told.
            var dispatched = Upstream!.DispatchedThrough;
            if (_live.Reader.TryRead(out var set))
            {
                Interlocked.Add(ref _bytes, -RecentChanges.Size(set));
                // Otherwise it was among what was missed.
                if (set.Revision > Position)
                    return Told(set);
                continue;
            }
            // Nothing was offered any more once it was cut off.
            if (!CutOff.IsCompleted)
                Position = Math.Max(Position, dispatched);
            _waiting ??= _live.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            if (!await Within(patience - time.GetElapsedTime(began), _waiting, cancellationToken))
                return Nothing();
            var (more, _) = (await _waiting, _waiting = null);
            if (!more)
                return null;
        }
    }

    /// <summary>Takes changes; false when the reader is too slow for it. What is larger than the whole buffer has it for itself.</summary>
    public bool Offer(KeyChangeSet set)
    {
        var size = RecentChanges.Size(set);
        var waiting = Interlocked.Add(ref _bytes, size);
        return (waiting <= MaxBytes || waiting == size) && _live.Writer.TryWrite(set);
    }

    /// <summary>Ends the watch. What waits in it can still be read.</summary>
    /// <param name="error">Why, where its reader is to be told.</param>
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
        // What is read just now is let go before this is over.
        if (_reading is { } reading)
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private KeyChangeSet Told(KeyChangeSet set)
    {
        Position = set.Revision;
        return set;
    }

    private KeyChangeSet Nothing() => new(Position, []);

    private async ValueTask<bool> Within(TimeSpan patience, Task task, CancellationToken cancellationToken)
    {
        if (!task.IsCompleted && patience > TimeSpan.Zero)
            await task.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }
}
