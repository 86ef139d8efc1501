using Kv.Domain.KeyValues;
using Kv.Domain.Watching;

namespace Kv.Domain.Deliveries;

/// <summary>The event that a delivery reports.</summary>
/// <param name="Kind">The kind of the change; null for a ping.</param>
/// <param name="Value">The value, byte for byte; null after a deletion or an expiry.</param>
/// <param name="ExpireAt">
/// The key's expiry, in Unix seconds; null when the key does not expire or no longer exists.
/// </param>
/// <param name="Timestamp">The Unix second at which Kv read the change.</param>
/// <param name="Revision">The revision of the change; null for a ping.</param>
/// <param name="TraceParent">
/// The <c>traceparent</c> (W3C Trace Context) of the request that caused the change; null when it was not traced.
/// </param>
/// <param name="Previous">
/// The key's previous state; null when it was not requested, or the key did not exist.
/// </param>
public sealed record DeliveryEvent(
    KeyChangeKind? Kind, string Key, ReadOnlyMemory<byte>? Value, long? ExpireAt, long Timestamp,
    long? Revision = null, string? TraceParent = null, PreviousValue? Previous = null)
{
    /// <summary>The value's length in bytes, also when the value was not read; 0 when it is unknown.</summary>
    public int ValueBytes { get => Value is { IsEmpty: false } value ? value.Length : field; init; }

    /// <summary>Creates the event of a change.</summary>
    public static DeliveryEvent From(KeyChanged change) => new(
        change.Kind, change.Key.Value, change.NewValue, change.ExpireAt, change.SeenAt, change.Revision,
        change.TraceParent);
}
