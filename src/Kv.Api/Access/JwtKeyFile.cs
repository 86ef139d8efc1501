namespace Kv.Api.Access;

/// <summary>A file with the public keys of the issuer of tokens.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="ReloadInterval">How often it is looked at for changes, 1 s to 3600 s. Default 10 s.</param>
internal sealed record JwtKeyFile(string Path, TimeSpan ReloadInterval);
