namespace Kv.Api.Access;

/// <summary>The settings of JSON Web Tokens.</summary>
internal sealed record JwtOptions
{
    /// <summary>
    /// The issuer's address, whose metadata refer to its keys; null when <see cref="KeyFile"/> is set.
    /// </summary>
    public Uri? Authority { get; init; }

    /// <summary>The required issuer; null for the issuer in the metadata.</summary>
    public string? Issuer { get; init; }

    /// <summary>The required audience.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim with the grants. Default <c>scope</c>.</summary>
    public string ScopeClaim { get; init; } = "scope";

    /// <summary>The file with the issuer's public keys; null when <see cref="Authority"/> is set.</summary>
    public JwtKeyFile? KeyFile { get; init; }
}
