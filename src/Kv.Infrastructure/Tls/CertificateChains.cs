using System.Security.Cryptography.X509Certificates;

namespace Kv.Infrastructure.Tls;

/// <summary>How Kv verifies the certificates of servers that it calls.</summary>
internal static class CertificateChains
{
    /// <summary>
    /// Verifies a certificate only by the server's chain and the trusted authorities: no certificates are downloaded
    /// from addresses in a certificate, and revocation is not checked.
    /// </summary>
    /// <param name="authorities">The trusted authorities; null for the system's.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection? authorities = null)
    {
        var policy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }
        return policy;
    }
}
