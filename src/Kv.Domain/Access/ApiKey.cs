using System.Security.Cryptography;

namespace Kv.Domain.Access;

/// <summary>A credential of a program: what it may do, until when, and the hash by which its secret is known.</summary>
/// <param name="id">Which it is; see <see cref="ApiKeySecret.Id"/>.</param>
/// <param name="hash">The SHA-256 of its secret.</param>
/// <param name="grants">What its holder may do.</param>
public sealed class ApiKey(string id, ReadOnlyMemory<byte> hash, Grants grants)
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Which it is.</summary>
    public string Id => id;

    /// <summary>The SHA-256 of its secret.</summary>
    public ReadOnlyMemory<byte> Hash => hash;

    /// <summary>What its holder may do.</summary>
    public Grants Grants => grants;

    /// <summary>What people call it; empty when nobody said.</summary>
    public string Name { get; init; } = "";

    /// <summary>The second of Unix time at which it was made.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The second of Unix time from which on it is refused; null for never.</summary>
    public long? ExpireAt { get; init; }

    /// <summary>Makes the key of a new secret.</summary>
    public static ApiKey Of(ApiKeySecret secret, Grants grants, string name, long createdAt, long? expireAt) =>
        new(secret.Id, secret.Hash(), grants) { Name = name, CreatedAt = createdAt, ExpireAt = expireAt };

    /// <summary>Whether it has expired at a second of Unix time.</summary>
    public bool IsExpiredAt(long second) => ExpireAt is { } end && second >= end;

    /// <summary>Whether a secret of this hash opens it. How long the answer takes tells nothing of how much of it was right.</summary>
    public bool Accepts(ReadOnlySpan<byte> secretHash, long second) =>
        CryptographicOperations.FixedTimeEquals(hash.Span, secretHash) && !IsExpiredAt(second);
}
