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

    /// <summary>
    /// Whether the header <c>typ</c> must say <c>at+jwt</c> (RFC 9068), so that no token of another kind passes.
    /// Default <c>false</c>: many issuers do not set it.
    /// </summary>
    public bool RequiresType { get; init; }

    /// <summary>The file with the issuer's public keys; null when <see cref="Authority"/> is set.</summary>
    public JwtKeyFile? KeyFile { get; init; }
}

/// <summary>A file with the token issuer's public keys.</summary>
/// <param name="ReloadInterval">The interval of checks for changes, 1 s to 3600 s. Default 10 s.</param>
internal sealed record JwtKeyFile(string Path, TimeSpan ReloadInterval);
