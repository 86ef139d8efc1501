using Kv.Application.KeyValues;

namespace Kv.Application.Transfers;

/// <summary>A line of an import.</summary>
/// <param name="Number">The line number, from 1.</param>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="ExpireAt">The expiry in Unix seconds, instead of <paramref name="Ttl"/>.</param>
/// <param name="ContentType">The media type of the value; null for none.</param>
/// <param name="Mistake">The error of an unreadable line; null otherwise.</param>
public sealed record ImportLine(
    long Number, string Key, ReadOnlyMemory<byte> Value, TimeToLive Ttl, long? ExpireAt, string? ContentType,
    ImportError? Mistake = null);

/// <summary>The treatment of a key that exists.</summary>
public enum ImportMode
{
    /// <summary>Overwrites the key.</summary>
    Overwrite,

    /// <summary>Keeps the key and continues.</summary>
    Skip,

    /// <summary>Ends the import.</summary>
    Fail,
}

/// <summary>The progress of an import.</summary>
/// <param name="Read">The number of processed lines.</param>
/// <param name="Written">The number of written lines (in a dry run: lines to write).</param>
/// <param name="Skipped">The number of skipped lines whose keys exist.</param>
/// <param name="Expired">The number of skipped lines that have expired.</param>
/// <param name="IsDone">Whether all lines are processed.</param>
/// <param name="Error">The error that ended the import; null without an error.</param>
public sealed record ImportProgress(
    long Read = 0, long Written = 0, long Skipped = 0, long Expired = 0, bool IsDone = false,
    ImportError? Error = null);

/// <summary>The error that ended an import.</summary>
/// <param name="Line">
/// The line. All earlier lines are done and no later one is, except for the lines up to
/// <paramref name="UnknownThrough"/>.
/// </param>
/// <param name="Field">The invalid member; null for an error of the whole line.</param>
/// <param name="UnknownThrough">
/// After a failure of the store: the last line that may have been written; null when no line was.
/// </param>
/// <param name="Cause">
/// The error of the store, the quota, the body, the caller's grants or its credential; null for an invalid line.
/// </param>
public sealed record ImportError(
    long Line, string Message, string? Field = null, long? UnknownThrough = null, Exception? Cause = null)
{
    /// <summary>The error for a failure that has a status of its own.</summary>
    public ImportError(long line, Exception cause)
        : this(line, cause.Message, Cause: cause)
    {
    }

    /// <summary>The error for a key that must not exist.</summary>
    internal static ImportError Exists(ImportLine line) => new(line.Number, $"The key '{line.Key}' exists", "key");
}

internal sealed class ImportLineValidator : AbstractValidator<ImportLine>
{
    // Use the rules for reading, not for writing: an export can contain keys that only simple-golang-kv accepted.
    public ImportLineValidator(Limits limits, TimeProvider time)
    {
        RuleFor(line => line.Key).Key(limits).OverridePropertyName("key");
        RuleFor(line => line.Value).Value(limits).OverridePropertyName("value");
        RuleFor(line => line.ExpireAt == null
            ? line.Ttl
            : TimeToLive.FromSeconds(Expiry.At(line.ExpireAt.Value, time.GetUtcNow()).Ttl)).Ttl(limits)
            .OverridePropertyName("ttl");
        RuleFor(line => line.ContentType).ContentType().OverridePropertyName("content_type");
    }
}
