using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kv.Api.Tls;

/// <summary>TLS for outgoing calls, with the same rules as <c>CertificateChains</c> in the infrastructure.</summary>
internal static class ClientTls
{
    /// <summary>
    /// Validates certificates with the presented chain and the system's trusted authorities, without downloading
    /// intermediate certificates and without revocation checks.
    /// </summary>
    public static SslClientAuthenticationOptions Options => new()
    {
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };
}
