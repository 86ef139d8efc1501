using Kv.Domain.Deliveries;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>A delivery in a lane. Its lane's lock guards it.</summary>
internal sealed class LaneItem
{
    private SettledRevisions.OpenRevision? _revision;

    /// <summary>A delivery that comes fresh from the watch, and is settled when it is sent or stored.</summary>
    public LaneItem(DeliveryId id, DeliveryEvent @event, SettledRevisions.OpenRevision revision, long queuedAt)
    {
        Id = id;
        Key = @event.Key;
        Event = @event;
        Timestamp = @event.Timestamp;
        QueuedAt = queuedAt;
        WrittenAt = revision.At;
        _revision = revision;
        revision.Add();
    }

    /// <summary>A delivery that is stored.</summary>
    public LaneItem(Delivery stored)
    {
        Id = stored.Id;
        Key = stored.Event.Key;
        Timestamp = stored.Event.Timestamp;
        DueAt = stored.NextAttemptAt ?? default;
        Storing = Task.CompletedTask;
    }

    public DeliveryId Id { get; }

    public string Key { get; }

    /// <summary>What it tells of; null once it is settled, so that what waits for long takes no memory for its value.</summary>
    public DeliveryEvent? Event { get; private set; }

    public long QueuedAt { get; }

    /// <summary>The second of Unix time at which Kv saw what it tells of.</summary>
    public long Timestamp { get; }

    /// <summary>When that was written or, where this replica does not know it, read; as a timestamp. 0 for a delivery that is stored.</summary>
    public long WrittenAt { get; }

    /// <summary>When it may be attempted; the default for at once.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>Completes when it is stored; null while nobody stores it.</summary>
    public Task? Storing { get; set; }

    /// <summary>Whether an attempt came to its end, and what became of it is being written.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The next of the same key.</summary>
    public LaneItem? Behind { get; set; }

    /// <summary>Lets the watcher's cursor pass, and the event go; the second time does nothing.</summary>
    /// <returns>How many bytes of a value went.</returns>
    public int Settle()
    {
        var bytes = Event?.Value?.Length ?? 0;
        Event = null;
        Interlocked.Exchange(ref _revision, null)?.Settle();
        return bytes;
    }
}
