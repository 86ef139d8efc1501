namespace Kv.Domain.KeyValues;

/// <summary>
/// The condition of a write on its key (RFC 9110, section 13). The store evaluates it in the same transaction as the
/// write.
/// </summary>
public readonly record struct Precondition
{
    private Precondition(PreconditionKind kind, long revision) => (Kind, Revision) = (kind, revision);

    /// <summary>No condition.</summary>
    public static Precondition None => default;

    /// <summary>The key must exist (<c>If-Match: *</c>).</summary>
    public static Precondition Exists { get; } = new(PreconditionKind.Exists, 0);

    /// <summary>The key must not exist (<c>If-None-Match: *</c>).</summary>
    public static Precondition Absent { get; } = new(PreconditionKind.Absent, 0);

    /// <summary>The kind of the condition.</summary>
    public PreconditionKind Kind { get; }

    /// <summary>
    /// The revision of the key's last write or of its creation, by <see cref="Kind"/>; 0 for other kinds.
    /// </summary>
    public long Revision { get; }

    /// <summary>The key's last write must have a revision (<c>If-Match: "42"</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The revision is below 1.</exception>
    public static Precondition WrittenAt(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(revision, 1);
        return new Precondition(PreconditionKind.WrittenAt, revision);
    }

    /// <summary>The key must have been created at a revision; later writes do not matter.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The revision is below 1.</exception>
    public static Precondition CreatedAt(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(revision, 1);
        return new Precondition(PreconditionKind.CreatedAt, revision);
    }
}

/// <summary>The kinds of <see cref="Precondition"/>.</summary>
public enum PreconditionKind
{
    /// <summary>No condition.</summary>
    None,

    /// <summary>The key must exist.</summary>
    Exists,

    /// <summary>The key must not exist.</summary>
    Absent,

    /// <summary>The key's last write must have a certain revision.</summary>
    WrittenAt,

    /// <summary>The key must have been created at a certain revision.</summary>
    CreatedAt,
}
