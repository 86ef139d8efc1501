using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Domain.Access;

namespace Kv.Infrastructure.Access;

/// <summary>The stored form of an API key: JSON, with the hash of its secret and never the secret.</summary>
internal sealed record ApiKeyRecord
{
    public required string Id { get; init; }

    public required string Hash { get; init; }

    public required string Name { get; init; }

    public required bool Admin { get; init; }

    /// <summary>The grants in their written form; see <see cref="Grant.TryParse"/>.</summary>
    public required IReadOnlyList<string> Grants { get; init; }

    public required long CreatedAt { get; init; }

    public long? ExpireAt { get; init; }

    public static byte[] Write(ApiKey key) => JsonSerializer.SerializeToUtf8Bytes(
        new ApiKeyRecord
        {
            Id = key.Id,
            Hash = Convert.ToHexStringLower(key.Hash.Span),
            Name = key.Name,
            Admin = key.Grants.IsAdministrator,
            Grants = [.. key.Grants.Granted.Select(grant => grant.ToString())],
            CreatedAt = key.CreatedAt,
            ExpireAt = key.ExpireAt,
        },
        ApiKeyJson.Default.ApiKeyRecord);

    /// <summary>
    /// Reads a key; null when any part of the record is unreadable, because a guess could grant too much.
    /// </summary>
    public static ApiKey? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, ApiKeyJson.Default.ApiKeyRecord) is not { } record
                || !ApiKeySecret.IsId(record.Id))
                return null;
            var grants = record.Grants.Select(text => Grant.TryParse(text ?? "")).OfType<Grant>().ToList();
            var hash = Convert.FromHexString(record.Hash);
            return grants.Count == record.Grants.Count && hash.Length == SHA256.HashSizeInBytes
                ? new ApiKey(record.Id, hash, new Grants(record.Admin, grants))
                {
                    Name = record.Name,
                    CreatedAt = record.CreatedAt,
                    ExpireAt = record.ExpireAt,
                }
                : null;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ApiKeyRecord))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
