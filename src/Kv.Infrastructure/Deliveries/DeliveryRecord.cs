using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Domain.Deliveries;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>A delivery as it is stored: JSON. The value that it tells of is stored beside it, once, as it is.</summary>
internal sealed record DeliveryRecord
{
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required KeyChangeKind Kind { get; init; }

    public bool HasValue { get; init; }

    public long? ExpireAt { get; init; }

    public long Timestamp { get; init; }

    /// <summary>The <c>traceparent</c> of what it tells of, if that was traced.</summary>
    public string? TraceParent { get; init; }

    public int Failures { get; init; }

    /// <summary>Milliseconds of Unix time; null when it failed for good.</summary>
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
            ExpireAt = delivery.Event.ExpireAt,
            Timestamp = delivery.Event.Timestamp,
            TraceParent = delivery.Event.TraceParent,
            Failures = delivery.Failures,
            NextAttemptAt = delivery.NextAttemptAt?.ToUnixTimeMilliseconds(),
            FailedReason = delivery.FailedReason,
            Attempts = [.. delivery.Attempts.Select(AttemptRecord.Of)],
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
            TraceParent = TraceParent,
        },
        Attempts.Select(attempt => attempt.ToAttempt()),
        Failures,
        NextAttemptAt is { } next ? DateTimeOffset.FromUnixTimeMilliseconds(next) : null,
        FailedReason);
}

/// <summary>An attempt as it is stored.</summary>
internal sealed record AttemptRecord
{
    public required long At { get; init; }

    public required long DurationMs { get; init; }

    public int? Status { get; init; }

    public string? Error { get; init; }

    public string? Answer { get; init; }

    public static AttemptRecord Of(Attempt attempt) => new()
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
