using System.Security.Cryptography;
using Kv.Infrastructure.Tls;

namespace Kv.Api.Configuration;

/// <summary>Settings of certificate files. A file without a certificate is refused at the start.</summary>
internal static class CertificateSettings
{
    /// <summary>The interval of checks for changes in certificate and key files.</summary>
    public static TimeSpan ReloadInterval(this Settings settings) =>
        settings.Seconds("TLS_RELOAD_SECONDS", PemCertificates.ReloadInterval, 1, 3600);

    /// <summary>The files of a certificate and its private key; both null when neither is set.</summary>
    public static (string? CertFile, string? KeyFile) CertificatePair(this Settings settings, string cert, string key)
    {
        var (certFile, keyFile) = (settings.ExistingFile(cert), settings.ExistingFile(key));
        settings.RequirePair(cert, key);
        if (certFile is null || keyFile is null)
            return (certFile, keyFile);
        if (!Holds(() => PemCertificates.Authorities(File.ReadAllText(certFile))))
            settings.Refuse(cert, certFile, "a PEM file with a certificate");
        else if (!Holds(() => PemCertificates.Pair(File.ReadAllText(certFile), File.ReadAllText(keyFile))))
            settings.Refuse(
                key, keyFile, $"a PEM file with the private key, unencrypted, of the certificate in {cert}");
        return (certFile, keyFile);
    }

    /// <summary>A file with certificates of authorities; null when it is not set.</summary>
    public static string? Authorities(this Settings settings, string name)
    {
        var file = settings.ExistingFile(name);
        if (file is not null && !Holds(() => PemCertificates.Authorities(File.ReadAllText(file))))
            settings.Refuse(name, file, "a PEM file with at least one certificate");
        return file;
    }

    private static bool Holds(Func<object> load)
    {
        try
        {
            load();
            return true;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
