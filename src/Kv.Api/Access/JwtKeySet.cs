using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>The public keys of an issuer.</summary>
/// <param name="Keys">The keys.</param>
internal sealed record JwtKeySet(IReadOnlyList<SecurityKey> Keys)
{
    /// <summary>
    /// The algorithms that a token may be signed with: those of the keys, and never one that takes a public key for a shared secret
    /// (RFC 8725, sections 2.1 and 3.1).
    /// </summary>
    public IReadOnlyList<string> Algorithms { get; } = [.. Keys.SelectMany(JwtKeys.AlgorithmsOf).Distinct()];
}
