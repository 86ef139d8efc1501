namespace Kv.Api.Access;

/// <summary>Whether callers must say who they are, and how.</summary>
internal sealed record AccessOptions
{
    /// <inheritdoc cref="AccessMode"/>
    public AccessMode Mode { get; init; }

    /// <summary>Which tokens are taken; null where none are.</summary>
    public JwtOptions? Jwt { get; init; }
}

/// <summary>What callers show.</summary>
internal enum AccessMode
{
    /// <summary>Nothing: whoever reaches the port may do everything. The default, as behind a gateway.</summary>
    None,

    /// <summary>An API key of Kv's own.</summary>
    ApiKey,

    /// <summary>A JSON Web Token of an issuer that is trusted.</summary>
    Jwt,
}
