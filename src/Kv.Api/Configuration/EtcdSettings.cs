using Kv.Infrastructure.Storage;

namespace Kv.Api.Configuration;

/// <summary>The settings of etcd: simple-golang-kv's own, and the user name and password.</summary>
internal static class EtcdSettings
{
    private static readonly Uri Standard = new EtcdOptions().Endpoints[0];

    private const string Allowed =
        "a comma-separated list of host:port, all plain, all http:// or all https://, as in 'etcd-0:2379,etcd-1:2379'";

    public static EtcdOptions Read(Settings settings)
    {
        var (certFile, keyFile) = settings.CertificatePair("ETCD_CERT_FILE", "ETCD_KEY_FILE");
        settings.RequirePair("ETCD_USERNAME", "ETCD_PASSWORD");
        var options = new EtcdOptions
        {
            CaFile = settings.Authorities("ETCD_CA_FILE"),
            CertFile = certFile,
            KeyFile = keyFile,
            ReloadInterval = settings.ReloadInterval(),
            Username = settings.Text("ETCD_USERNAME"),
            Password = settings.Text("ETCD_PASSWORD"),
            QuotaBytes = settings.Limit("ETCD_QUOTA_BACKEND_BYTES", 0, long.MaxValue),
        };
        var tls = options.CaFile is not null || options.CertFile is not null;
        return options with { Endpoints = ReadEndpoints(settings, tls) };
    }

    private static Uri[] ReadEndpoints(Settings settings, bool tls)
    {
        var text = settings.Text("ETCD_ENDPOINTS") ?? Standard.Authority;
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var endpoints = parts.Select(part => ToUri(part, tls)).OfType<Uri>().ToArray();
        if (endpoints.Length == 0 || endpoints.Length != parts.Length
            || endpoints.DistinctBy(uri => uri.Scheme).Count() > 1)
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
        // A URI without a port means 80 or 443, but an etcd endpoint without a port means etcd's default port.
        var authority = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        var namesPort = authority[(authority.LastIndexOf(']') + 1)..].Contains(':');
        return namesPort ? uri : new UriBuilder(uri) { Port = Standard.Port }.Uri;
    }
}
