using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The certificates for connections to etcd.</summary>
/// <param name="Authorities">
/// The authorities that may sign the members' certificates; null for the system's own.
/// </param>
/// <param name="Client">
/// The client's certificate; null for none. It is sent with its intermediate authorities: etcd may know only the root.
/// </param>
internal sealed record EtcdTls(X509Certificate2Collection? Authorities, SslStreamCertificateContext? Client)
{
    /// <summary>The files named by the options.</summary>
    public static IReadOnlyList<string> Files(EtcdOptions options) =>
        [.. new[] { options.CaFile, options.CertFile, options.KeyFile }.OfType<string>()];

    /// <param name="contents">Their contents, in the order of <see cref="Files"/>.</param>
    public static EtcdTls From(EtcdOptions options, IReadOnlyList<string> contents) => new(
        options.CaFile is null ? null : PemCertificates.Authorities(contents[0]),
        options.CertFile is null ? null : PemCertificates.Pair(contents[^2], contents[^1]));

    public static readonly EtcdTls Default = new(null, null);

    public void UseFor(SslClientAuthenticationOptions ssl)
    {
        ssl.CertificateChainPolicy = CertificateChains.Policy(Authorities);
        ssl.ClientCertificateContext = Client;
    }
}
