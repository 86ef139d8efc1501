namespace Kv.Application.Audit;

/// <summary>The settings of the audit.</summary>
public sealed record AuditOptions
{
    /// <summary>The destination. Default off.</summary>
    public AuditMode Mode { get; init; }

    /// <summary>
    /// The retention of records in the store, 1 s to 3650 d; used with <see cref="AuditMode.Store"/>. Default 30 days.
    /// </summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether the audit is enabled.</summary>
    public bool IsOn => Mode != AuditMode.Off;

    /// <summary>Whether records are kept in the store.</summary>
    public bool IsKept => Mode == AuditMode.Store;
}

/// <summary>The destinations of the audit.</summary>
public enum AuditMode
{
    /// <summary>No audit. The default.</summary>
    Off,

    /// <summary>The log.</summary>
    Log,

    /// <summary>The log, and the store for each applied change.</summary>
    Store,
}
