namespace Kv.Api.Access;

/// <summary>The settings of JSON Web Tokens.</summary>
internal sealed record JwtOptions
{
    /// <summary>The claim with the grants (RFC 8693, section 4.2), unless the deployment names another.</summary>
    public const string StandardScopeClaim = "scope";

    /// <summary>
    /// The issuer's address, whose metadata refer to its keys; null when <see cref="KeyFile"/> is set.
    /// </summary>
    public Uri? Authority { get; init; }

    /// <summary>The required issuer; null for the issuer in the metadata.</summary>
    public string? Issuer { get; init; }

    /// <summary>The required audience.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim with the grants.</summary>
    public required string ScopeClaim { get; init; }

    /// <summary>
    /// Whether the header <c>typ</c> must say <c>at+jwt</c> (RFC 9068), so that no token of another kind passes.
    /// Default <c>false</c>: many issuers do not set it.
    /// </summary>
    public bool RequiresType { get; init; }

    /// <summary>The file with the issuer's public keys; null when <see cref="Authority"/> is set.</summary>
    public JwtKeyFile? KeyFile { get; init; }
}

/// <summary>A file with the token issuer's public keys.</summary>
/// <param name="ReloadInterval">The interval of checks for changes, 1 s to 3600 s.</param>
internal sealed record JwtKeyFile(string Path, TimeSpan ReloadInterval);
