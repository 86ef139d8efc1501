namespace Kv.Application.KeyValues;

/// <summary>A line of an import.</summary>
/// <param name="Number">Which it is, from 1 on.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="Ttl">Seconds until the key expires; 0 or null takes the deployment's default, which may be never.</param>
/// <param name="ExpireAt">The second of Unix time at which the key expires, instead of <paramref name="Ttl"/>.</param>
/// <param name="ContentType">The media type of the value; null for none.</param>
/// <param name="Mistake">Why the line could not be read; null when it could.</param>
public sealed record ImportLine(
    long Number, string Key, ReadOnlyMemory<byte> Value, long? Ttl, long? ExpireAt, string? ContentType, ImportError? Mistake = null);

/// <summary>What an import does with a key that exists.</summary>
public enum ImportMode
{
    /// <summary>Sets it.</summary>
    Overwrite,

    /// <summary>Leaves it as it is, and goes on.</summary>
    Skip,

    /// <summary>Ends there.</summary>
    Fail,
}

/// <summary>How far an import has come.</summary>
public sealed record ImportProgress
{
    /// <summary>How many lines are done with.</summary>
    public long Read { get; init; }

    /// <summary>How many of them were written (or would have been, in a dry run).</summary>
    public long Written { get; init; }

    /// <summary>How many were left out because their keys exist.</summary>
    public long Skipped { get; init; }

    /// <summary>How many were left out because they have expired.</summary>
    public long Expired { get; init; }

    /// <summary>Whether all lines are done with.</summary>
    public bool IsDone { get; init; }

    /// <summary>Why it ended before; null when it did not.</summary>
    public ImportError? Error { get; init; }
}

/// <summary>Why an import ended at a line.</summary>
/// <param name="Line">The line. All before it are done, and none behind it, but for what <paramref name="UnknownThrough"/> says.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Field">The member that is wrong; null when it is none in particular.</param>
/// <param name="UnknownThrough">Where the store failed: the last line that may have been written; null when none was.</param>
/// <param name="IsStoreFailure">Whether it was not the line's fault.</param>
/// <param name="IsForbidden">Whether the caller may not write this key.</param>
/// <param name="IsOverQuota">Whether the tenant would have more than it may.</param>
public sealed record ImportError(
    long Line, string Message, string? Field = null, long? UnknownThrough = null, bool IsStoreFailure = false,
    bool IsForbidden = false, bool IsOverQuota = false);
