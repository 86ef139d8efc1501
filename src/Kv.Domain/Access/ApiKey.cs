using System.Security.Cryptography;

namespace Kv.Domain.Access;

/// <summary>A credential for a program: its grants, its expiry, and the hash of its secret.</summary>
public sealed class ApiKey(
    string id, ReadOnlyMemory<byte> hash, Grants grants, string name, long createdAt, long? expireAt)
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>The id; see <see cref="ApiKeySecret.Id"/>.</summary>
    public string Id => id;

    /// <summary>The key as a principal.</summary>
    public Principal Principal { get; } = Principal.OfApiKey(id);

    /// <summary>The SHA-256 of its secret.</summary>
    public ReadOnlyMemory<byte> Hash => hash;

    /// <summary>The grants of its holder.</summary>
    public Grants Grants => grants;

    /// <summary>A name for people to read; empty when the creator set no name.</summary>
    public string Name => name;

    /// <summary>The creation time, in Unix seconds.</summary>
    public long CreatedAt => createdAt;

    /// <summary>The expiry, in Unix seconds: from this second on the key is refused. Null for never.</summary>
    public long? ExpireAt => expireAt;

    /// <summary>Creates the key of a new secret.</summary>
    public static ApiKey Create(ApiKeySecret secret, Grants grants, string name, long createdAt, long? expireAt) =>
        new(secret.Id, secret.Hash(), grants, name, createdAt, expireAt);

    /// <summary>Whether the key has expired at a Unix second.</summary>
    public bool IsExpiredAt(long second) => ExpireAt is { } end && second >= end;

    /// <summary>
    /// Whether the hash is that of the key's secret and the key has not expired. The comparison takes constant time.
    /// </summary>
    public bool Accepts(ReadOnlySpan<byte> secretHash, long second) =>
        CryptographicOperations.FixedTimeEquals(hash.Span, secretHash) && !IsExpiredAt(second);
}
