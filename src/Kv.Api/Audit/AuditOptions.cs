namespace Kv.Api.Audit;

/// <summary>Whether it is told who changes what, and where.</summary>
internal sealed record AuditOptions
{
    /// <inheritdoc cref="AuditMode"/>
    public AuditMode Mode { get; init; }

    /// <summary>How long records are kept in the store, 1 s to 3650 d; used with <see cref="AuditMode.Store"/>. Default 30 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether it is told at all.</summary>
    public bool IsOn => Mode != AuditMode.Off;

    /// <summary>Whether records are kept in the store.</summary>
    public bool IsKept => Mode == AuditMode.Store;
}

/// <summary>Where the audit goes.</summary>
internal enum AuditMode
{
    /// <summary>Nowhere. The default.</summary>
    Off,

    /// <summary>To the log.</summary>
    Log,

    /// <summary>To the log, and into the store beside each change that was applied.</summary>
    Store,
}
