using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Domain.Access;

namespace Kv.Infrastructure.Access;

/// <summary>The stored form of an API key: JSON, with the hash of its secret and never the secret.</summary>
/// <param name="Grants">The grants in their written form; see <see cref="Grant.TryParse"/>.</param>
internal sealed record ApiKeyRecord(
    string Id, string Hash, string Name, bool Admin, IReadOnlyList<string> Grants, long CreatedAt,
    long? ExpireAt = null)
{
    public static byte[] Write(ApiKey key) => JsonSerializer.SerializeToUtf8Bytes(
        new ApiKeyRecord(
            key.Id, Convert.ToHexStringLower(key.Hash.Span), key.Name, key.Grants.IsAdministrator,
            [.. key.Grants.Granted.Select(grant => grant.ToString())], key.CreatedAt, key.ExpireAt),
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
                ? new ApiKey(
                    record.Id, hash, new Grants(record.Admin, grants), record.Name, record.CreatedAt, record.ExpireAt)
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
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ApiKeyRecord))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
