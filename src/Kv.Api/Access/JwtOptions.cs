namespace Kv.Api.Access;

/// <summary>Which JSON Web Tokens are taken.</summary>
internal sealed record JwtOptions
{
    /// <summary>The issuer's address, where its metadata name its keys; null where <see cref="KeyFile"/> is given.</summary>
    public Uri? Authority { get; init; }

    /// <summary>Who must have issued a token; null for who the metadata name.</summary>
    public string? Issuer { get; init; }

    /// <summary>For whom a token must be.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim that holds what its holder may do. Default <c>scope</c>.</summary>
    public string ScopeClaim { get; init; } = "scope";

    /// <summary>The file with the issuer's public keys; null where <see cref="Authority"/> is given.</summary>
    public JwtKeyFile? KeyFile { get; init; }
}
