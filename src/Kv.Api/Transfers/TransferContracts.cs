using System.Text.Json.Serialization;
using Kv.Api.Answers;
using Kv.Api.Json;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.KeyValues;
using Kv.Application.Transfers;

namespace Kv.Api.Transfers;

/// <summary>A key in a line of an export or an import.</summary>
public sealed record TransferredKey : IHoldsValue<TransferredKey>
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Value"/>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <inheritdoc cref="WrittenKeyValue.ExpireAt"/>
    public long? ExpireAt { get; init; }

    /// <summary>
    /// `never` when the key does not expire. An import also accepts seconds here instead of `expire_at`.
    /// </summary>
    /// <example>never</example>
    public string? Ttl { get; init; }

    /// <summary>The media type of the value; absent for none.</summary>
    /// <example>text/plain</example>
    public string? ContentType { get; init; }

    internal static TransferredKey From(KeyValueDto dto) => new()
    {
        Key = dto.Key,
        Value = dto.Value,
        Encoding = StoredKeyValue.EncodingOf(dto.Value),
        ExpireAt = dto.ExpireAt,
        Ttl = dto.ExpireAt is null ? TtlValues.Never : null,
        ContentType = dto.ContentType,
    };

    ReadOnlyMemory<byte>? IHoldsValue<TransferredKey>.Value => Value;

    TransferredKey IHoldsValue<TransferredKey>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}

/// <summary>The progress of an import. The last line reports the end.</summary>
public sealed record ImportReport
{
    /// <summary>In the last line: whether all lines were processed. Absent in the others.</summary>
    /// <example>true</example>
    public bool? Done { get; init; }

    /// <summary>The number of processed lines.</summary>
    /// <example>1000</example>
    public required long Read { get; init; }

    /// <summary>The number of written lines; in a dry run, of lines to write.</summary>
    /// <example>998</example>
    public required long Written { get; init; }

    /// <summary>The number of skipped lines whose keys exist.</summary>
    /// <example>2</example>
    public required long Skipped { get; init; }

    /// <summary>The number of skipped lines that have expired.</summary>
    /// <example>0</example>
    public required long Expired { get; init; }

    /// <summary>The error that ended the import; absent without an error.</summary>
    public ImportFailure? Error { get; init; }

    internal static ImportReport From(ImportProgress progress) => new()
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
                Cause = error.Cause,
            }
            : null,
    };
}

/// <summary>The error that ended an import.</summary>
public sealed record ImportFailure
{
    /// <summary>The line number, from 1. All earlier lines are done.</summary>
    /// <example>17</example>
    public required long Line { get; init; }

    /// <summary>The message.</summary>
    /// <example>Key must not be empty</example>
    public required string Message { get; init; }

    /// <summary>The invalid member; absent for an error of the whole line.</summary>
    public string? Field { get; init; }

    /// <summary>
    /// After a failure of the store: the last line that may have been written. Absent when no line from `line` on was
    /// written.
    /// </summary>
    public long? UnknownThrough { get; init; }

    [JsonIgnore]
    internal Exception? Cause { get; init; }
}
