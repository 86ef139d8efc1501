using System.Text.Json.Serialization;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>A key as a line of an export or an import.</summary>
public sealed record TransferredKey
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value; base64 when `encoding` says so.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }

    /// <summary>The second of Unix time at which the key expires; absent when it does not. An import also takes `ttl`.</summary>
    /// <example>1767225600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpireAt { get; init; }

    /// <summary>The media type that was given with the value; absent when none was.</summary>
    /// <example>text/plain</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    internal static TransferredKey Of(KeyValueDto dto) => new()
    {
        Key = dto.Key,
        Value = dto.Value,
        Encoding = StoredKeyValue.EncodingOf(dto.Value),
        ExpireAt = dto.ExpireAt,
        ContentType = dto.ContentType,
    };
}

/// <summary>How far an import has come; the last line tells how it ended.</summary>
public sealed record ImportReport
{
    /// <summary>In the last line: whether all lines are done with. Absent before.</summary>
    /// <example>true</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Done { get; init; }

    /// <summary>How many lines are done with.</summary>
    /// <example>1000</example>
    public required long Read { get; init; }

    /// <summary>How many of them were written; in a dry run, how many would have been.</summary>
    /// <example>998</example>
    public required long Written { get; init; }

    /// <summary>How many were left out because their keys exist.</summary>
    /// <example>2</example>
    public required long Skipped { get; init; }

    /// <summary>How many were left out because they have expired.</summary>
    /// <example>0</example>
    public required long Expired { get; init; }

    /// <summary>Why it ended before the last line; absent when it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImportFailure? Error { get; init; }

    internal static ImportReport Of(ImportProgress progress) => new()
    {
        Done = progress.IsDone ? true : progress.Error is null ? null : false,
        Read = progress.Read,
        Written = progress.Written,
        Skipped = progress.Skipped,
        Expired = progress.Expired,
        Error = progress.Error is { } error
            ? new ImportFailure
            {
                Line = error.Line,
                Message = error.Message,
                Field = error.Field,
                UnknownThrough = error.UnknownThrough,
                IsStoreFailure = error.IsStoreFailure,
                IsForbidden = error.IsForbidden,
                IsOverQuota = error.IsOverQuota,
            }
            : null,
    };
}

/// <summary>Why an import ended at a line.</summary>
public sealed record ImportFailure
{
    /// <summary>The line, from 1 on. All lines before it are done.</summary>
    /// <example>17</example>
    public required long Line { get; init; }

    /// <summary>What is wrong.</summary>
    /// <example>Key must not be empty</example>
    public required string Message { get; init; }

    /// <summary>The member that is wrong; absent when it is none in particular.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    /// <summary>Where the store failed: the last line that may have been written all the same. Absent when nothing from `line` on was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UnknownThrough { get; init; }

    [JsonIgnore]
    internal bool IsStoreFailure { get; init; }

    [JsonIgnore]
    internal bool IsForbidden { get; init; }

    [JsonIgnore]
    internal bool IsOverQuota { get; init; }
}
