namespace Kv.Api.Tls;

/// <summary>TLS for Kv's callers.</summary>
internal sealed record TlsOptions
{
    /// <summary>A PEM file with the server's certificate, followed by the intermediate certificates.</summary>
    public required string CertFile { get; init; }

    /// <summary>A PEM file with the certificate's private key, unencrypted.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The interval of checks for changes, 1 s to 3600 s.</summary>
    public required TimeSpan ReloadInterval { get; init; }
}
