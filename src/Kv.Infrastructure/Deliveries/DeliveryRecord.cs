using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Infrastructure.Deliveries;

/// <summary>The stored form of a delivery: JSON. Its value is a separate entry, unchanged.</summary>
/// <param name="ValueBytes">
/// The length of the value in bytes; absent without a value, and in records of earlier versions.
/// </param>
/// <param name="TraceParent">The <c>traceparent</c> of the change, if that was traced.</param>
/// <param name="NextAttemptAt">
/// Milliseconds of Unix time; null when the delivery has failed for good.
/// </param>
internal sealed record DeliveryRecord(
    string Id, string Key, KeyChangeKind Kind, bool HasValue = false, int? ValueBytes = null, long? ExpireAt = null,
    long Timestamp = 0, string? TraceParent = null, int Failures = 0, long? NextAttemptAt = null,
    string? FailedReason = null, IReadOnlyList<AttemptRecord>? Attempts = null)
{
    public static byte[] Write(Delivery delivery) => JsonSerializer.SerializeToUtf8Bytes(
        new DeliveryRecord(
            delivery.Id.ToString(),
            delivery.Event.Key,
            delivery.Event.Kind ?? throw new ArgumentException("A ping is not stored.", nameof(delivery)),
            HasValue: delivery.Event.Value is not null,
            ValueBytes: delivery.Event.ValueBytes is > 0 and var bytes ? bytes : null,
            delivery.Event.ExpireAt,
            delivery.Event.Timestamp,
            delivery.Event.TraceParent,
            delivery.Failures,
            delivery.NextAttemptAt?.ToUnixTimeMilliseconds(),
            delivery.FailedReason,
            [.. delivery.Attempts.Select(AttemptRecord.From)]),
        DeliveryJson.Default.DeliveryRecord);

    /// <summary>The delivery, without its value; null when the record cannot be read.</summary>
    public static Delivery? TryRead(Tenant tenant, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, DeliveryJson.Default.DeliveryRecord) is { } record
                && DeliveryId.TryParse(record.Id) is { } id
                    ? record.ToDelivery(tenant, id)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Delivery ToDelivery(Tenant tenant, DeliveryId id) => new(
        id,
        tenant,
        new DeliveryEvent(
            Kind, Key, HasValue ? default(ReadOnlyMemory<byte>) : null, ExpireAt, Timestamp, id.Revision, TraceParent)
        {
            ValueBytes = ValueBytes ?? 0,
        },
        (Attempts ?? []).Select(attempt => attempt.ToAttempt()),
        Failures,
        NextAttemptAt is { } next ? DateTimeOffset.FromUnixTimeMilliseconds(next) : null,
        FailedReason);
}

/// <summary>The stored form of an attempt.</summary>
internal sealed record AttemptRecord(
    long At, long DurationMs, int? Status = null, string? Error = null, string? Answer = null)
{
    public static AttemptRecord From(Attempt attempt) => new(
        attempt.At.ToUnixTimeMilliseconds(), (long)attempt.Duration.TotalMilliseconds, attempt.Status, attempt.Error,
        attempt.Answer.Length == 0 ? null : attempt.Answer);

    public Attempt ToAttempt() => new()
    {
        At = DateTimeOffset.FromUnixTimeMilliseconds(At),
        Duration = TimeSpan.FromMilliseconds(DurationMs),
        Status = Status,
        Error = Error,
        Answer = Answer ?? "",
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeliveryRecord))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
