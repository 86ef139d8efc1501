using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The certificates for connections to etcd.</summary>
/// <param name="Authorities">Who may sign the members' certificates; null for the system's own.</param>
/// <param name="Client">The client's certificate; null for none. Those of authorities in between go with it: etcd may know only the root.</param>
internal sealed record EtcdTls(X509Certificate2Collection? Authorities, SslStreamCertificateContext? Client)
{
    /// <summary>The files that the options name.</summary>
    public static IReadOnlyList<string> Files(EtcdOptions options) =>
        [.. new[] { options.CaFile, options.CertFile, options.KeyFile }.OfType<string>()];

    /// <param name="options">Say which files there are.</param>
    /// <param name="contents">Their contents, in the order of <see cref="Files"/>.</param>
    public static EtcdTls Of(EtcdOptions options, IReadOnlyList<string> contents) => new(
        options.CaFile is null ? null : PemCertificates.Authorities(contents[0]),
        options.CertFile is null ? null : PemCertificates.Pair(contents[^2], contents[^1]));

    public void UseFor(SslClientAuthenticationOptions ssl)
    {
        if (Authorities is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(Authorities);
            ssl.CertificateChainPolicy = policy;
        }
        ssl.ClientCertificateContext = Client;
    }
}
