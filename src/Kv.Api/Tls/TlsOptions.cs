namespace Kv.Api.Tls;

/// <summary>TLS for Kv's callers.</summary>
/// <param name="CertFile">
/// A PEM file with the server's certificate, followed by the intermediate certificates.
/// </param>
/// <param name="KeyFile">A PEM file with the certificate's private key, unencrypted.</param>
/// <param name="ReloadInterval">The interval of checks for changes, 1 s to 3600 s.</param>
internal sealed record TlsOptions(string CertFile, string KeyFile, TimeSpan ReloadInterval);
