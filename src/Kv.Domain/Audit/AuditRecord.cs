namespace Kv.Domain.Audit;

/// <summary>An audit record: the actor and the changes, written in the same transaction as the changes.</summary>
public sealed class AuditRecord
{
    /// <summary>The record's id.</summary>
    public required AuditRecordId Id { get; init; }

    /// <summary>The time of the request, by the clock of the replica that served it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The authenticated caller; see <see cref="IActor.Name"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>The address of the caller; null where it is unknown.</summary>
    public string? Address { get; init; }

    /// <summary>The trace that the request belongs to; null when the request is not traced.</summary>
    public string? TraceId { get; init; }

    /// <summary>The changes: one, or those of one transaction.</summary>
    public required IReadOnlyList<AuditedChange> Changes { get; init; }

    /// <summary>The store's revision of the changes and of the record.</summary>
    public required long Revision { get; init; }
}
