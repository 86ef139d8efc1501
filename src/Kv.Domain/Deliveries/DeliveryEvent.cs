using Kv.Domain.Watching;

namespace Kv.Domain.Deliveries;

/// <summary>What a delivery tells of.</summary>
/// <param name="Kind">What happened; null for a ping, which tells that nothing did.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, byte for byte; null when the key is gone.</param>
/// <param name="ExpireAt">The second of Unix time at which the key expires; null when it does not, or is gone.</param>
/// <param name="Timestamp">The second of Unix time at which Kv saw it happen.</param>
public sealed record DeliveryEvent(
    KeyChangeKind? Kind, string Key, ReadOnlyMemory<byte>? Value, long? ExpireAt, long Timestamp)
{
    /// <summary>The <c>traceparent</c> (W3C Trace Context) of the request that made it happen; null where none was traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Tells of a change.</summary>
    public static DeliveryEvent Of(KeyChanged change) =>
        new(change.Kind, change.Key.Value, change.NewValue, change.ExpireAt, change.SeenAt) { TraceParent = change.TraceParent };
}
