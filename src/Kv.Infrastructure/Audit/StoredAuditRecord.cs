using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Domain.Audit;

namespace Kv.Infrastructure.Audit;

/// <summary>
/// The stored form of an audit record: JSON. The id is in its key, and the revision is that of the entry.
/// </summary>
internal sealed record StoredAuditRecord
{
    public required DateTimeOffset At { get; init; }

    public required string Actor { get; init; }

    public string? Address { get; init; }

    public string? TraceId { get; init; }

    public required IReadOnlyList<AuditedChange> Changes { get; init; }

    public static byte[] Write(DateTimeOffset at, IActor actor, string? traceId, AuditedChange[] changes) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new StoredAuditRecord
            {
                At = at,
                Actor = actor.Name,
                Address = actor.Address,
                TraceId = traceId,
                Changes = changes,
            },
            AuditJson.Stored.StoredAuditRecord);

    /// <summary>Reads a record; null when it cannot be read.</summary>
    /// <param name="id">The end of the entry's key.</param>
    public static AuditRecord? TryRead(string id, Entry entry)
    {
        try
        {
            return AuditRecordId.TryParse(id) is { } recordId
                && JsonSerializer.Deserialize(entry.Value.Span, AuditJson.Stored.StoredAuditRecord) is { } stored
                    ? new AuditRecord(
                        recordId, stored.At, stored.Actor, stored.Address, stored.TraceId, stored.Changes,
                        entry.ModRevision)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(StoredAuditRecord))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>
    /// Does not escape text: escaped, keys with other than ASCII letters would take twice the space or more.
    /// </summary>
    public static readonly AuditJson Stored = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
