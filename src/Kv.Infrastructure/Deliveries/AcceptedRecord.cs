using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Infrastructure.Deliveries;

/// <summary>The stored form of a webhook's last accepted deliveries: an array of JSON, the latest first.</summary>
internal sealed record AcceptedRecord(
    long Revision, string Key, KeyChangeKind Kind, int Attempts, long At, long DurationMs, int Status)
{
    // With keys of the default length all entries fit.
    private const int MaxBytes = 64 * 1024;

    /// <summary>The stored form, of at most 64 KiB: the earliest deliveries that do not fit are left out.</summary>
    /// <param name="accepted">The deliveries of one webhook, the latest first.</param>
    public static byte[] Write(IEnumerable<AcceptedDelivery> accepted)
    {
        AcceptedRecord[] records = [.. accepted.Take(AcceptedDelivery.Kept).Select(From)];
        while (true)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(records, AcceptedJson.Stored.AcceptedRecordArray);
            if (json.Length <= MaxBytes)
                return json;
            records = records[..(records.Length / 2)];
        }
    }

    /// <summary>Reads the stored form; empty when it cannot be read.</summary>
    public static IReadOnlyList<AcceptedDelivery> Read(Guid webhookId, ReadOnlySpan<byte> json)
    {
        try
        {
            var records = JsonSerializer.Deserialize(json, AcceptedJson.Stored.AcceptedRecordArray) ?? [];
            return [.. records.Select(record => record.ToAccepted(webhookId))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static AcceptedRecord From(AcceptedDelivery accepted) => new(
        accepted.Id.Revision, accepted.Key, accepted.Kind, accepted.AttemptCount,
        accepted.At.ToUnixTimeMilliseconds(), (long)accepted.Duration.TotalMilliseconds, accepted.Status);

    private AcceptedDelivery ToAccepted(Guid webhookId) => new(
        DeliveryId.For(webhookId, Revision, Key), Kind, Key, Attempts, DateTimeOffset.FromUnixTimeMilliseconds(At),
        TimeSpan.FromMilliseconds(DurationMs), Status);
}

[JsonSerializable(typeof(AcceptedRecord[]))]
internal sealed partial class AcceptedJson : JsonSerializerContext
{
    public static readonly AcceptedJson Stored = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter<KeyChangeKind>() },
    });
}
