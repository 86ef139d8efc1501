namespace Kv.Api.Access;

/// <summary>Whether and how callers authenticate.</summary>
internal sealed record AccessOptions
{
    public AccessMode Mode { get; init; }

    /// <summary>The settings of tokens; null in other modes.</summary>
    public JwtOptions? Jwt { get; init; }
}

/// <summary>The kinds of authentication.</summary>
internal enum AccessMode
{
    /// <summary>
    /// No authentication: every caller that reaches the port may do everything. The default, for use behind a gateway.
    /// </summary>
    None,

    /// <summary>An API key of Kv's own.</summary>
    ApiKey,

    /// <summary>A JSON Web Token of the trusted issuer.</summary>
    Jwt,
}
