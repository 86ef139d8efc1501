using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Domain.Audit;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Audit;

/// <summary>A record of the audit as it is stored: JSON. Its id is in its key, and its revision is the entry's own.</summary>
internal sealed record StoredAuditRecord
{
    public required DateTimeOffset At { get; init; }

    public required string Actor { get; init; }

    public string? Address { get; init; }

    public string? TraceId { get; init; }

    public required IReadOnlyList<StoredAuditChange> Changes { get; init; }

    public static byte[] Write(DateTimeOffset at, IActor actor, string? traceId, AuditedChange[] changes) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredAuditRecord
        {
            At = at,
            Actor = actor.Name,
            Address = actor.Address,
            TraceId = traceId,
            Changes = [.. changes.Select(change => new StoredAuditChange { Operation = change.Operation, Target = change.Target })],
        },
        AuditJson.Stored.StoredAuditRecord);

    /// <summary>The record; null when it cannot be read.</summary>
    /// <param name="id">The end of the entry's key.</param>
    /// <param name="entry">The entry.</param>
    public static AuditRecord? TryRead(string id, Entry entry)
    {
        try
        {
            return AuditRecordId.TryParse(id) is { } recordId
                && JsonSerializer.Deserialize(entry.Value.Span, AuditJson.Stored.StoredAuditRecord) is { } stored
                    ? new AuditRecord
                    {
                        Id = recordId,
                        At = stored.At,
                        Actor = stored.Actor,
                        Address = stored.Address,
                        TraceId = stored.TraceId,
                        Changes = [.. stored.Changes.Select(change => new AuditedChange(change.Operation, change.Target))],
                        Revision = entry.ModRevision,
                    }
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One of its changes.</summary>
internal sealed record StoredAuditChange
{
    public required string Operation { get; init; }

    public required string Target { get; init; }
}

[JsonSerializable(typeof(StoredAuditRecord))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>With text as it is: escaped, keys that are not English would take twice their room.</summary>
    public static readonly AuditJson Stored = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
