namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The bound up to which a lane's queue contains all stored deliveries of the webhook. Reading the store raises the
/// bound. A delivery that leaves the queue for the store lowers it, also for a pass that began before: pages of that
/// pass may not contain the delivery. It is not thread-safe.
/// </summary>
/// <param name="isWhole">Whether nothing is stored for the webhook.</param>
internal sealed class Coverage(bool isWhole)
{
    // The lowest id that left the queue since the pass began.
    private DeliveryId? _lowestLeft;

    /// <summary>
    /// The lowest id that may be stored and not in the queue; null when the queue contains all stored deliveries.
    /// </summary>
    public DeliveryId? Bound { get; private set; } = isWhole ? null : default(DeliveryId);

    public bool Covers(DeliveryId id) => Bound is not { } bound || id.CompareTo(bound) < 0;

    /// <summary>Whether a delivery below an id may be stored and not in the queue.</summary>
    public bool IsBelow(DeliveryId id) => Bound is { } bound && bound.CompareTo(id) < 0;

    /// <summary>Begins a pass: it reads all that is stored now, from the lowest id on.</summary>
    public void BeginPass() => _lowestLeft = null;

    /// <summary>The pass has reached an id, and the queue contains all stored deliveries below it.</summary>
    /// <param name="end">The id; null for the end of the stored deliveries.</param>
    public void RaiseTo(DeliveryId? end)
    {
        var reached = end is { } id && (_lowestLeft is not { } left || id.CompareTo(left) < 0) ? end : _lowestLeft;
        if (reached is null || (Bound is { } bound && bound.CompareTo(reached.Value) < 0))
            Bound = reached;
    }

    /// <summary>A stored delivery leaves the queue.</summary>
    public void LowerTo(DeliveryId id)
    {
        if (Covers(id))
            Bound = id;
        if (_lowestLeft is not { } left || id.CompareTo(left) < 0)
            _lowestLeft = id;
    }
}
