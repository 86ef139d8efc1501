using Kv.Application.Watching;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>A delivery in a lane.</summary>
internal sealed class LaneItem
{
    /// <summary>Orders deliveries by their ids.</summary>
    public static readonly Comparer<LaneItem> ById =
        Comparer<LaneItem>.Create((left, right) => left.Id.CompareTo(right.Id));

    private static readonly Task<bool> Stored = Task.FromResult(true);

    // Represents an outcome that is being written: nothing else stores the delivery meanwhile.
    private static readonly Task<bool> Closing = Task.FromResult(false);

    private IOpenRevision? _revision;

    // Completes with whether the store has the delivery; null while nothing stores it.
    private Task<bool>? _storing;

    /// <summary>A delivery for a change from the feed; it holds the revision until it is sent or stored.</summary>
    public LaneItem(DeliveryId id, DeliveryEvent @event, IOpenRevision revision, long queuedAt)
    {
        Id = id;
        Key = @event.Key;
        Event = @event;
        Timestamp = @event.Timestamp;
        QueuedAt = queuedAt;
        WrittenAt = revision.WrittenAt;
        IsRead = true;
        _revision = revision;
        revision.Hold();
    }

    /// <summary>A stored delivery.</summary>
    public LaneItem(Delivery stored, DateTimeOffset now)
    {
        Id = stored.Id;
        Key = stored.Event.Key;
        Timestamp = stored.Event.Timestamp;
        DueAt = stored.DueBy(now) ?? default;
        _storing = Stored;
    }

    public DeliveryId Id { get; }

    public string Key { get; }

    /// <summary>
    /// The event; null once the delivery is settled, so that a long wait takes no memory for the value.
    /// </summary>
    public DeliveryEvent? Event { get; private set; }

    /// <summary>How many bytes of a value it holds in memory.</summary>
    public int Bytes => Event?.Value?.Length ?? 0;

    public long QueuedAt { get; }

    /// <summary>The second of Unix time at which Kv saw the change.</summary>
    public long Timestamp { get; }

    /// <summary>When the change was written, as a timestamp; 0 for a delivery that was read from the store.</summary>
    public long WrittenAt { get; }

    /// <summary>When it may be attempted; the default means at once.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>Whether the feed has reached its change in this term.</summary>
    public bool IsRead { get; set; }

    /// <summary>Whether an attempt is in flight, or its outcome is being written.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Whether a page contained it among the stored deliveries while it was busy.</summary>
    public bool WasSeenStored { get; set; }

    /// <summary>The pass during which an attempt last failed: pages of that pass may show its earlier state.</summary>
    public int RetriedDuring { get; set; }

    /// <summary>Whether the store has it.</summary>
    public bool IsStored => Volatile.Read(ref _storing) is { IsCompletedSuccessfully: true, Result: true };

    /// <summary>Begins to store it, unless it is being stored already or its outcome is being written.</summary>
    /// <returns>Completes with whether the store has it; null when there is nothing to do.</returns>
    public TaskCompletionSource<bool>? TryBeginStoring()
    {
        var stored = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _storing, stored.Task, null) is null ? stored : null;
    }

    /// <summary>Marks it as stored by another replica or leader, unless it is stored or being stored already.</summary>
    public bool TryBecomeStored() => Interlocked.CompareExchange(ref _storing, Stored, null) is null;

    /// <summary>Begins to write the outcome of an attempt.</summary>
    /// <returns>Whether the store has the delivery. Waits for a store operation in flight.</returns>
    public async ValueTask<bool> BeginClosing() =>
        Interlocked.CompareExchange(ref _storing, Closing, null) is { } storing && await storing;

    /// <summary>The outcome is written, or its write has failed; then the delivery may be stored again.</summary>
    public void EndClosing() => Interlocked.CompareExchange(ref _storing, null, Closing);

    /// <summary>Marks it as stored.</summary>
    public void MarkStored() => Volatile.Write(ref _storing, Stored);

    /// <summary>Marks it as not stored.</summary>
    public void MarkUnstored() => Volatile.Write(ref _storing, null);

    /// <summary>Releases the event, but not the revision.</summary>
    public void ReleaseEvent() => Event = null;

    /// <summary>Releases the revision and the event; a second call does nothing.</summary>
    public void Settle()
    {
        Event = null;
        Interlocked.Exchange(ref _revision, null)?.Release();
    }
}
