using System.Threading.Channels;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// A watch on the hub: first what was missed, then what waits in its buffer. One that is not read fast enough is cut off: it holds
/// up nobody, and takes no more memory than its buffer.
/// </summary>
internal sealed class KeyChangeWatch(KeyChangeHub hub, Tenant tenant, KeyPattern pattern) : IKeyChangeWatch
{
    private const int MaxSets = 4_096;
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly Channel<KeyChangeSet> _live = Channel.CreateBounded<KeyChangeSet>(
        new BoundedChannelOptions(MaxSets) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _cutOff = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private IAsyncEnumerator<KeyChangeSet>? _missed;
    private Task<bool> _moving = Task.FromResult(false);
    private long _position;
    private long _bytes;

    public Tenant Tenant => tenant;

    public KeyPattern Pattern => pattern;

    public long Position
    {
        get
        {
            // Asked before the buffer is looked at: if nothing waits there then, all that was dispatched by now was read.
            var dispatched = hub.DispatchedThrough;
            return _missed is null && _live.Reader.Count == 0 ? Math.Max(_position, dispatched) : _position;
        }
    }

    public Task CutOff => _cutOff.Task;

    /// <summary>Nothing was missed up to a revision.</summary>
    public void BeginAt(long revision) => _position = revision;

    /// <summary>These changes were missed, which end with a revision.</summary>
    public void BeginWith(long since, IEnumerable<KeyChangeSet> missed, long through)
    {
        _position = since;
        _missed = Missed().GetAsyncEnumerator();

        async IAsyncEnumerable<KeyChangeSet> Missed()
        {
            await ValueTask.CompletedTask;
            foreach (var set in missed)
                yield return set;
            yield return new KeyChangeSet(through, []);
        }
    }

    /// <summary>These changes were missed, which the store tells for as long as the watch is open.</summary>
    public void BeginWith(long since, Func<CancellationToken, IAsyncEnumerable<ChangeSet>> missed)
    {
        _position = since;
        _missed = Missed().GetAsyncEnumerator();

        async IAsyncEnumerable<KeyChangeSet> Missed()
        {
            await foreach (var set in missed(_closing.Token))
                yield return hub.ToEvents(set);
        }
    }

    public async ValueTask<KeyChangeSet?> Next(CancellationToken cancellationToken)
    {
        while (_missed is { } missed)
        {
            _moving = missed.MoveNextAsync().AsTask();
            if (!await _moving.WaitAsync(cancellationToken))
            {
                _missed = null;
                await missed.DisposeAsync();
                break;
            }
            var concerned = missed.Current.Changes
                .Where(change => change.Tenant == tenant && pattern.Matches(change.Key.Value)).ToList();
            _position = missed.Current.Revision;
            if (concerned.Count > 0)
                return missed.Current with { Changes = concerned };
        }
        while (await _live.Reader.WaitToReadAsync(cancellationToken))
        {
            if (!_live.Reader.TryRead(out var set))
                continue;
            Interlocked.Add(ref _bytes, -RecentChanges.Size(set));
            // It was among what was missed.
            if (set.Revision <= _position)
                continue;
            _position = set.Revision;
            return set;
        }
        return null;
    }

    /// <summary>Takes changes, if they are read fast enough.</summary>
    public void Offer(KeyChangeSet set)
    {
        if (Interlocked.Add(ref _bytes, RecentChanges.Size(set)) > MaxBytes || !_live.Writer.TryWrite(set))
            Cut(null);
    }

    /// <summary>Ends the watch. What waits in it can still be read.</summary>
    /// <param name="error">Why; null when it was not read fast enough.</param>
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
        // What is read just now is read to its end before it is let go.
        await ((Task)_moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_missed is { } missed)
            await missed.DisposeAsync();
        _closing.Dispose();
    }
}
