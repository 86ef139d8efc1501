namespace Kv.Domain.Audit;

/// <summary>An audit record: the actor and the changes, written in the same transaction as the changes.</summary>
/// <param name="At">The time of the request, by the clock of the replica that served it.</param>
/// <param name="Actor">The authenticated caller; see <see cref="IActor.Name"/>.</param>
/// <param name="Address">The address of the caller; null where it is unknown.</param>
/// <param name="TraceId">The trace that the request belongs to; null when the request is not traced.</param>
/// <param name="Changes">The changes: one, or those of one transaction.</param>
/// <param name="Revision">The store's revision of the changes and of the record.</param>
public sealed record AuditRecord(
    AuditRecordId Id, DateTimeOffset At, string Actor, string? Address, string? TraceId,
    IReadOnlyList<AuditedChange> Changes, long Revision);
