namespace Kv.Api.Access;

/// <summary>A file with the token issuer's public keys.</summary>
/// <param name="Path">The path.</param>
/// <param name="ReloadInterval">The interval of checks for changes, 1 s to 3600 s. Default 10 s.</param>
internal sealed record JwtKeyFile(string Path, TimeSpan ReloadInterval);
