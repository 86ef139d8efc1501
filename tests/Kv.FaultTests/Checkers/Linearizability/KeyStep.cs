using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>The effect of a request on one key, and the state in its answer: one step of the key's life.</summary>
/// <param name="Call">The call.</param>
/// <param name="Start">From when on it may have happened.</param>
/// <param name="End">By when it happened; the end of time for one that may never have.</param>
/// <param name="Branches">Its possible effects; more than one where the answer does not say which.</param>
internal sealed record KeyStep(Call Call, long Start, long End, IReadOnlyList<KeyBranch> Branches)
{
    /// <summary>The revision that a write of the key took, where it is known.</summary>
    public long? WriteRevision { get; init; }

    /// <summary>The revision of the store as of which the key was read, where it is known.</summary>
    public long? ReadRevision { get; init; }

    /// <summary>Whether it may never have happened.</summary>
    public bool IsOptional => End == long.MaxValue;
}

/// <summary>Conditions that held, or did not, and the operations of that case.</summary>
internal sealed record KeyBranch(
    IReadOnlyList<(KeyCondition Condition, bool Holds)> Conditions, IReadOnlyList<KeyAction> Actions);

/// <summary>One thing that is done with a key.</summary>
internal abstract record KeyAction
{
    /// <summary>The key is seen.</summary>
    public sealed record See(Sighting Seen) : KeyAction;

    /// <summary>The key is set.</summary>
    public sealed record Set(string Value, Expiry Expiry) : KeyAction;

    /// <summary>Its time to live is set.</summary>
    public sealed record SetTtl(Expiry Expiry) : KeyAction;

    /// <summary>It is deleted.</summary>
    public sealed record Delete : KeyAction;
}

/// <summary>The state of a key in an answer.</summary>
/// <param name="Exists">Whether there is one.</param>
/// <param name="Value">Its value; null where it is not known.</param>
/// <param name="ETag">The revision at which it was last written; null where it is not known.</param>
/// <param name="Expiry">When it expires; null where it is not known.</param>
internal sealed record Sighting(bool Exists, string? Value = null, long? ETag = null, Expiry? Expiry = null)
{
    public static readonly Sighting None = new(false);
}

/// <summary>The Unix second at which a key expires, as far as it is known.</summary>
internal readonly record struct Expiry(long Earliest, long Latest)
{
    /// <summary>It does not expire.</summary>
    public static readonly Expiry Never = new(long.MaxValue, long.MaxValue);

    /// <summary>It expires in the second; never, where there is none.</summary>
    public static Expiry At(long? second) => second is { } known ? new Expiry(known, known) : Never;

    /// <summary>It expires in the second or later.</summary>
    public static Expiry From(long second) => new(second, long.MaxValue);

    public bool IsNever => Earliest == long.MaxValue;

    /// <summary>The intersection of both; null where they contradict each other.</summary>
    public Expiry? And(Expiry other)
    {
        var (earliest, latest) = (Math.Max(Earliest, other.Earliest), Math.Min(Latest, other.Latest));
        return IsNever == other.IsNever && earliest <= latest ? new Expiry(earliest, latest) : null;
    }
}
