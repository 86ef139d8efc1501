namespace Kv.Domain.KeyValues;

/// <summary>
/// What must hold of a key for a write to be done (RFC 9110, section 13). The store judges it together with the write, so
/// nothing can come in between.
/// </summary>
public readonly record struct Precondition
{
    private Precondition(PreconditionKind kind, long revision) => (Kind, Revision) = (kind, revision);

    /// <summary>Nothing need hold.</summary>
    public static Precondition None => default;

    /// <summary>There must be such a key (<c>If-Match: *</c>).</summary>
    public static Precondition Exists { get; } = new(PreconditionKind.Exists, 0);

    /// <summary>There must be no such key (<c>If-None-Match: *</c>).</summary>
    public static Precondition Absent { get; } = new(PreconditionKind.Absent, 0);

    /// <summary>Which kind of condition it is.</summary>
    public PreconditionKind Kind { get; }

    /// <summary>The revision at which the key must have been last written; 0 where another thing must hold.</summary>
    public long Revision { get; }

    /// <summary>The key must have been last written at a revision (<c>If-Match: "42"</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Nothing is written at a revision below 1.</exception>
    public static Precondition WrittenAt(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(revision, 1);
        return new Precondition(PreconditionKind.WrittenAt, revision);
    }
}

/// <summary>The kinds of <see cref="Precondition"/>.</summary>
public enum PreconditionKind
{
    /// <summary>Nothing need hold.</summary>
    None,

    /// <summary>The key must exist.</summary>
    Exists,

    /// <summary>The key must not exist.</summary>
    Absent,

    /// <summary>The key must have been last written at a certain revision.</summary>
    WrittenAt,
}
