using Kv.Domain.KeyValues;

namespace Kv.Domain.Deliveries;

/// <summary>A delivery that its receiver accepted, as the log of its webhook keeps it.</summary>
/// <param name="AttemptCount">
/// The number of attempts, the accepted one included. Of earlier ones only those count that the delivery kept.
/// </param>
/// <param name="At">The start of the accepted attempt.</param>
/// <param name="Status">The status of the receiver's answer.</param>
public sealed record AcceptedDelivery(
    DeliveryId Id, KeyChangeKind Kind, string Key, int AttemptCount, DateTimeOffset At, TimeSpan Duration, int Status)
{
    /// <summary>How many of a webhook's last accepted deliveries are kept.</summary>
    public const int Kept = 100;
}
