namespace Kv.Domain.Audit;

/// <summary>Who changed what, as it was written together with the change.</summary>
public sealed class AuditRecord
{
    /// <summary>Which record it is.</summary>
    public required AuditRecordId Id { get; init; }

    /// <summary>When it was asked for, by the clock of the replica that was asked.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>As whom the request was authenticated; see <see cref="IActor.Name"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>Where it came from; null where that was not known.</summary>
    public string? Address { get; init; }

    /// <summary>The trace that it is part of; null where nobody traces.</summary>
    public string? TraceId { get; init; }

    /// <summary>What was done: one change, or those of one transaction.</summary>
    public required IReadOnlyList<AuditedChange> Changes { get; init; }

    /// <summary>The revision of the store that the changes and the record took.</summary>
    public required long Revision { get; init; }
}
