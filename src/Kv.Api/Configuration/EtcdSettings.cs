using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Api.Configuration;

/// <summary>The settings with which simple-golang-kv was pointed at etcd, and the user's name and password.</summary>
internal static class EtcdSettings
{
    private const int DefaultPort = 2379;

    private const string Allowed =
        "a comma-separated list of host:port, all plain, all http:// or all https://, as in 'etcd-0:2379,etcd-1:2379'";

    public static EtcdOptions Read(Settings settings)
    {
        var options = new EtcdOptions
        {
            CaFile = settings.ExistingFile("ETCD_CA_FILE"),
            CertFile = settings.ExistingFile("ETCD_CERT_FILE"),
            KeyFile = settings.ExistingFile("ETCD_KEY_FILE"),
            Username = settings.Text("ETCD_USERNAME"),
            Password = settings.Text("ETCD_PASSWORD"),
        };
        RequirePair(settings, "ETCD_CERT_FILE", "ETCD_KEY_FILE");
        RequirePair(settings, "ETCD_USERNAME", "ETCD_PASSWORD");
        RequireCertificates(settings, options);
        var tls = options.CaFile is not null || options.CertFile is not null;
        return options with { Endpoints = ReadEndpoints(settings, tls) };
    }

    // A password must not show in a message, so the value of neither does.
    private static void RequirePair(Settings settings, string left, string right)
    {
        if (settings.Text(left) is null != settings.Text(right) is null)
            settings.Refuse(settings.Text(left) is null ? left : right, "", $"given, as {left} and {right} go together");
    }

    private static void RequireCertificates(Settings settings, EtcdOptions options)
    {
        if (options.CaFile is { } caFile && !Holds(() => Authorities(caFile)))
            settings.Refuse("ETCD_CA_FILE", caFile, "a PEM file with at least one certificate");
        if (options.CertFile is not { } certFile || options.KeyFile is not { } keyFile)
            return;
        if (!Holds(() => X509CertificateLoader.LoadCertificateFromFile(certFile)))
            settings.Refuse("ETCD_CERT_FILE", certFile, "a PEM file with a certificate");
        else if (!Holds(() => X509Certificate2.CreateFromPemFile(certFile, keyFile)))
            settings.Refuse("ETCD_KEY_FILE", keyFile, "a PEM file with the private key, unencrypted, of the certificate in ETCD_CERT_FILE");
    }

    private static X509Certificate2 Authorities(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates[0] : throw new CryptographicException("No certificate.");
    }

    private static bool Holds(Func<X509Certificate2> load)
    {
        try
        {
            load().Dispose();
            return true;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Uri[] ReadEndpoints(Settings settings, bool tls)
    {
        var text = settings.Text("ETCD_ENDPOINTS") ?? $"localhost:{DefaultPort}";
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var endpoints = parts.Select(part => ToUri(part, tls)).OfType<Uri>().ToArray();
        if (endpoints.Length == 0 || endpoints.Length != parts.Length || endpoints.DistinctBy(uri => uri.Scheme).Count() > 1)
            settings.Refuse("ETCD_ENDPOINTS", text, Allowed);
        else if (tls && endpoints[0].Scheme == Uri.UriSchemeHttp)
            settings.Refuse("ETCD_ENDPOINTS", text, "https:// or without a scheme, as TLS files are given");
        return endpoints;
    }

    private static Uri? ToUri(string endpoint, bool tls)
    {
        var hasScheme = endpoint.Contains("://", StringComparison.Ordinal);
        var address = hasScheme ? endpoint : $"{(tls ? "https" : "http")}://{endpoint}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https")
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return null;
        // A URI without a port means 80 or 443; an etcd endpoint without one means etcd's own.
        var authority = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        var namesPort = authority[(authority.LastIndexOf(']') + 1)..].Contains(':');
        return namesPort ? uri : new UriBuilder(uri) { Port = DefaultPort }.Uri;
    }
}
