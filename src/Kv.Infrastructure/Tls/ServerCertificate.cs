using System.Net.Security;
using System.Security.Cryptography;

namespace Kv.Infrastructure.Tls;

/// <summary>The certificate that Kv presents to its callers.</summary>
public sealed class ServerCertificate : IDisposable
{
    private readonly ReloadedFiles<SslStreamCertificateContext> _files;

    /// <summary>Loads the certificate.</summary>
    /// <param name="certFile">A PEM file: the certificate, then the intermediate authorities.</param>
    /// <param name="keyFile">A PEM file with its private key.</param>
    /// <param name="interval">How often the files are checked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs changes.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">The files do not contain a certificate and its key.</exception>
    public ServerCertificate(
        string certFile, string keyFile, TimeSpan interval, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        _files = new(
            [certFile, keyFile], contents => PemCertificates.Pair(contents[0], contents[1]), changed: null, interval,
            time, logger);
        _files.Start();
    }

    /// <summary>The certificate for new connections.</summary>
    public SslStreamCertificateContext Current => _files.Current;

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
