using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>The public keys of an issuer.</summary>
/// <param name="Keys">The keys.</param>
internal sealed record JwtKeySet(IReadOnlyList<SecurityKey> Keys);
