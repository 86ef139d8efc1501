using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kv.Infrastructure.Tls;

/// <summary>Reads certificates and their keys from PEM files (RFC 7468).</summary>
public static class PemCertificates
{
    /// <summary>How often files are checked for changes, unless the deployment sets another interval.</summary>
    public static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(10);

    /// <summary>A certificate with its private key and the intermediate authorities of its file.</summary>
    /// <param name="certificates">The content of the certificate's file: the certificate itself first.</param>
    /// <param name="key">The content of the key's file, which is not encrypted.</param>
    /// <exception cref="CryptographicException">One of them is invalid, or they do not belong together.</exception>
    public static SslStreamCertificateContext Pair(string certificates, string key)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPem(certificates, key);
            // A key read from PEM is ephemeral, which TLS on Windows does not accept.
            var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
            // The other side may know only the root.
            return SslStreamCertificateContext.Create(certificate, All(certificates), offline: true);
        }
        catch (ArgumentException error)
        {
            throw new CryptographicException("The key is not the certificate's.", error);
        }
    }

    /// <summary>The certificates of authorities.</summary>
    /// <exception cref="CryptographicException">There is no certificate.</exception>
    public static X509Certificate2Collection Authorities(string certificates)
    {
        var all = All(certificates);
        return all.Count > 0 ? all : throw new CryptographicException("There is no certificate in it.");
    }

    private static X509Certificate2Collection All(string certificates)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(certificates);
        return all;
    }
}
