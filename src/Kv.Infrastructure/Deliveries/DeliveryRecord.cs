using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Infrastructure.Deliveries;

/// <summary>The stored form of a delivery: JSON. Its value is a separate entry, unchanged.</summary>
internal sealed record DeliveryRecord
{
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required KeyChangeKind Kind { get; init; }

    public bool HasValue { get; init; }

    /// <summary>The length of the value in bytes; absent without a value, and in records of earlier versions.</summary>
    public int? ValueBytes { get; init; }

    public long? ExpireAt { get; init; }

    public long Timestamp { get; init; }

    /// <summary>The <c>traceparent</c> of the change, if that was traced.</summary>
    public string? TraceParent { get; init; }

    public int Failures { get; init; }

    /// <summary>Milliseconds of Unix time; null when the delivery has failed for good.</summary>
    public long? NextAttemptAt { get; init; }

    public string? FailedReason { get; init; }

    public IReadOnlyList<AttemptRecord> Attempts { get; init; } = [];

    public static byte[] Write(Delivery delivery) => JsonSerializer.SerializeToUtf8Bytes(
        new DeliveryRecord
        {
            Id = delivery.Id.ToString(),
            Key = delivery.Event.Key,
            Kind = delivery.Event.Kind ?? throw new ArgumentException("A ping is not stored.", nameof(delivery)),
            HasValue = delivery.Event.Value is not null,
            ValueBytes = delivery.Event.ValueBytes is > 0 and var bytes ? bytes : null,
            ExpireAt = delivery.Event.ExpireAt,
            Timestamp = delivery.Event.Timestamp,
            TraceParent = delivery.Event.TraceParent,
            Failures = delivery.Failures,
            NextAttemptAt = delivery.NextAttemptAt?.ToUnixTimeMilliseconds(),
            FailedReason = delivery.FailedReason,
            Attempts = [.. delivery.Attempts.Select(AttemptRecord.From)],
        },
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

    private Delivery ToDelivery(Tenant tenant, DeliveryId id) => Delivery.Restore(
        id,
        tenant,
        new DeliveryEvent(Kind, Key, HasValue ? default(ReadOnlyMemory<byte>) : null, ExpireAt, Timestamp)
        {
            Revision = id.Revision,
            TraceParent = TraceParent,
            ValueBytes = ValueBytes ?? 0,
        },
        Attempts.Select(attempt => attempt.ToAttempt()),
        Failures,
        NextAttemptAt is { } next ? DateTimeOffset.FromUnixTimeMilliseconds(next) : null,
        FailedReason);
}

/// <summary>The stored form of an attempt.</summary>
internal sealed record AttemptRecord
{
    public required long At { get; init; }

    public required long DurationMs { get; init; }

    public int? Status { get; init; }

    public string? Error { get; init; }

    public string? Answer { get; init; }

    public static AttemptRecord From(Attempt attempt) => new()
    {
        At = attempt.At.ToUnixTimeMilliseconds(),
        DurationMs = (long)attempt.Duration.TotalMilliseconds,
        Status = attempt.Status,
        Error = attempt.Error,
        Answer = attempt.Answer.Length == 0 ? null : attempt.Answer,
    };

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
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeliveryRecord))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
