using System.Text.Json.Serialization;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>Operations on keys that are done together, under conditions, all or nothing.</summary>
[JsonConverter(typeof(TransactionBodyConverter))]
public sealed record TransactionBody
{
    /// <summary>What must hold for `success` to be done; up to 100.</summary>
    public IReadOnlyList<CompareBody> Compare { get; init; } = [];

    /// <summary>What to do when all of it holds. No key is written twice.</summary>
    public IReadOnlyList<OperationBody> Success { get; init; } = [];

    /// <summary>What to do otherwise; without it the answer is 412 then. Up to 100 operations in both together.</summary>
    public IReadOnlyList<OperationBody> Failure { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<KeyConditionInput> Conditions { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<KeyOperationInput> Then { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<KeyOperationInput> Otherwise { get; init; } = [];
}

/// <summary>What must hold of a key: one of `etag`, `exists` and `value`.</summary>
public sealed record CompareBody
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The key must have this `ETag` (with or without its quotes).</summary>
    /// <example>42</example>
    public string? Etag { get; init; }

    /// <summary>The key must exist, or not.</summary>
    public bool? Exists { get; init; }

    /// <summary>The key must have this value; base64 when `encoding` says so.</summary>
    public string? Value { get; init; }

    /// <summary>"base64" when the value is given so.</summary>
    public string? Encoding { get; init; }
}

/// <summary>What to do with a key.</summary>
public sealed record OperationBody
{
    /// <summary>`get`, `set` or `delete`.</summary>
    /// <example>set</example>
    public required string Op { get; init; }

    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>For `set`: the value; base64 when `encoding` says so.</summary>
    /// <example>Ada Lovelace</example>
    public string? Value { get; init; }

    /// <summary>"base64" when the value is given so.</summary>
    public string? Encoding { get; init; }

    /// <summary>For `set`: seconds until the key expires; 0 or absent takes the deployment's default, which may be never.</summary>
    /// <example>3600</example>
    public long? Ttl { get; init; }

    /// <summary>For `set`: the media type of the value.</summary>
    public string? ContentType { get; init; }

    /// <summary>In a bulk: do it only if the key has this `ETag`.</summary>
    public string? Etag { get; init; }

    /// <summary>In a bulk: do it only if the key exists, or does not.</summary>
    public bool? Exists { get; init; }
}

/// <summary>What became of a transaction.</summary>
public sealed record TransactionAnswer
{
    /// <summary>Whether all conditions held, so that `success` was done; else `failure` was.</summary>
    /// <example>true</example>
    public required bool Succeeded { get; init; }

    /// <summary>The revision of the store that it took.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>A result for each operation that was done, in their order.</summary>
    public required IReadOnlyList<OperationAnswer> Results { get; init; }
}

/// <summary>What became of an operation.</summary>
public sealed record OperationAnswer
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The status that the operation would have had as a call of its own.</summary>
    /// <example>200</example>
    public required int Status { get; init; }

    /// <summary>Of a `get`: the value; base64 when `encoding` says so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }

    /// <summary>Seconds until the key expires; absent when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires; absent when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpireAt { get; init; }

    /// <summary>The revision at which the key was last written.</summary>
    /// <example>42</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Etag { get; init; }

    /// <summary>Why it failed; absent when it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>For each field that is wrong, why; absent when none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>"unknown" when the store did not confirm a write: it may have happened. Absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outcome { get; init; }

    internal static OperationAnswer Of(KeyOperationKind kind, string key, KeyValueDto? dto)
    {
        if (dto is null)
            return kind == KeyOperationKind.Get
                ? new OperationAnswer { Key = key, Status = StatusCodes.Status404NotFound, Error = Kv.Api.Errors.Problems.KeyNotFound }
                : new OperationAnswer { Key = key, Status = StatusCodes.Status204NoContent };
        var isRead = kind == KeyOperationKind.Get;
        return new OperationAnswer
        {
            Key = key,
            Status = StatusCodes.Status200OK,
            Value = isRead ? dto.Value : (ReadOnlyMemory<byte>?)null,
            Encoding = isRead ? StoredKeyValue.EncodingOf(dto.Value) : null,
            Ttl = dto.Ttl,
            ExpireAt = dto.ExpireAt,
            Etag = EntityTags.Bare(dto.Revision),
        };
    }
}
