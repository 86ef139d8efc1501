using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>Which JSON Web Tokens are taken.</summary>
internal sealed record JwtOptions
{
    /// <summary>The issuer's address, where its metadata name its keys; null where <see cref="Keys"/> are given.</summary>
    public Uri? Authority { get; init; }

    /// <summary>Who must have issued a token; null for who the metadata name.</summary>
    public string? Issuer { get; init; }

    /// <summary>For whom a token must be.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim that holds what its holder may do. Default <c>scope</c>.</summary>
    public string ScopeClaim { get; init; } = "scope";

    /// <summary>The public keys of a key file.</summary>
    public IReadOnlyList<SecurityKey> Keys { get; init; } = [];

    /// <summary>
    /// The algorithms that a token may be signed with: those of the keys, and never one that takes a public key for a shared secret
    /// (RFC 8725, sections 2.1 and 3.1).
    /// </summary>
    public IReadOnlyList<string> Algorithms { get; init; } = JwtKeys.AsymmetricAlgorithms;
}
