using System.Text.Json.Serialization;
using Kv.Api.Answers;
using Kv.Api.Http;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.KeyValues;
using Kv.Application.Transactions;
using Kv.Domain.Transactions;

namespace Kv.Api.Transactions;

/// <summary>Independent operations on keys.</summary>
public sealed record BulkBody;

/// <summary>The results of a bulk.</summary>
public sealed record BulkAnswer
{
    /// <summary>A result for each operation, in order.</summary>
    public required IReadOnlyList<OperationAnswer> Results { get; init; }
}

/// <summary>Atomic operations on keys, with conditions.</summary>
public sealed record TransactionBody
{
    /// <summary>The conditions for `success`; up to 100.</summary>
    public IReadOnlyList<CompareBody> Compare { get; init; } = [];

    /// <summary>The operations when all conditions hold. They must not write a key twice.</summary>
    public IReadOnlyList<OperationBody> Success { get; init; } = [];

    /// <summary>
    /// The operations otherwise; without them the answer is 412. Up to 100 operations in `success` and `failure`
    /// together.
    /// </summary>
    public IReadOnlyList<OperationBody> Failure { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<KeyConditionInput> Conditions { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<KeyOperationInput> Then { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<KeyOperationInput> Otherwise { get; init; } = [];
}

/// <summary>A condition on a key: one of `etag`, `exists`, `create_revision` and `value`.</summary>
public sealed record CompareBody
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <summary>The key must have this `ETag`, with or without quotes.</summary>
    /// <example>42</example>
    public string? Etag { get; init; }

    /// <summary>Whether the key must exist or must not exist.</summary>
    public bool? Exists { get; init; }

    /// <summary>The key must have been created at this revision; later writes do not matter.</summary>
    /// <example>17</example>
    public long? CreateRevision { get; init; }

    /// <summary>The key must have this value, in base64 if `encoding` is `base64`.</summary>
    public string? Value { get; init; }

    /// <inheritdoc cref="OperationBody.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }
}

/// <summary>An operation on a key.</summary>
public sealed record OperationBody
{
    /// <summary>`get`, `set` or `delete`.</summary>
    /// <example>set</example>
    [OneOf("get", "set", "delete")]
    public required string Op { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <summary>For `set`: the value, in base64 if `encoding` is `base64`.</summary>
    /// <example>Ada Lovelace</example>
    public string? Value { get; init; }

    /// <summary>`base64` for a value in base64.</summary>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>
    /// For `set`: the time to live in seconds. 0, null or absent means the deployment's default, which may be no
    /// expiry. The text `never` means no expiry.
    /// </summary>
    /// <example>3600</example>
    public TimeToLive? Ttl { get; init; }

    /// <summary>For `set`: the media type of the value.</summary>
    public string? ContentType { get; init; }

    /// <summary>In a bulk: execute only if the key has this `ETag`.</summary>
    public string? Etag { get; init; }

    /// <summary>In a bulk: execute only if the key exists (`true`) or does not exist (`false`).</summary>
    public bool? Exists { get; init; }

    /// <summary>In a bulk: execute only if the key was created at this revision; later writes do not matter.</summary>
    public long? CreateRevision { get; init; }
}

/// <summary>The result of a transaction.</summary>
public sealed record TransactionAnswer
{
    /// <summary>Whether all conditions held and `success` was executed; otherwise `failure` was.</summary>
    /// <example>true</example>
    public required bool Succeeded { get; init; }

    /// <summary>The revision of the transaction.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>A result for each executed operation, in order.</summary>
    public required IReadOnlyList<OperationAnswer> Results { get; init; }
}

/// <summary>The result of an operation.</summary>
public sealed record OperationAnswer : IHoldsValue<OperationAnswer>
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <summary>The status that a separate call would have.</summary>
    /// <example>200</example>
    public required int Status { get; init; }

    /// <summary>For `get`: the value, in base64 if `encoding` is `base64`.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>The time to live in seconds; absent when the key does not expire.</summary>
    public long? Ttl { get; init; }

    /// <summary>The expiry in Unix seconds; absent when the key does not expire.</summary>
    public long? ExpireAt { get; init; }

    /// <summary>The revision of the key's last write.</summary>
    /// <example>42</example>
    public string? Etag { get; init; }

    /// <summary>The reason of a failure; absent on success.</summary>
    public string? Error { get; init; }

    /// <summary>The errors by field; absent for a valid operation.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>`unknown` when the store did not confirm a write, which may have happened; otherwise absent.</summary>
    [OneOf("unknown")]
    public string? Outcome { get; init; }

    internal static OperationAnswer From(KeyOperationKind kind, string key, KeyValueDto? dto)
    {
        var isRead = kind.IsRead();
        if (dto is null)
            return isRead
                ? new OperationAnswer
                {
                    Key = key,
                    Status = StatusCodes.Status404NotFound,
                    Error = Kv.Api.Errors.Problems.KeyNotFound,
                }
                : new OperationAnswer { Key = key, Status = StatusCodes.Status204NoContent };
        return new OperationAnswer
        {
            Key = key,
            Status = StatusCodes.Status200OK,
            Value = isRead ? dto.Value : (ReadOnlyMemory<byte>?)null,
            Encoding = isRead ? StoredKeyValue.EncodingOf(dto.Value) : null,
            Ttl = dto.Ttl,
            ExpireAt = dto.ExpireAt,
            Etag = EntityTags.ToJson(dto.Revision),
        };
    }

    OperationAnswer IHoldsValue<OperationAnswer>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}
