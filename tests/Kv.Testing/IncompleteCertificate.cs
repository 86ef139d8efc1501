using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kv.Testing;

/// <summary>
/// A server certificate (localhost, 127.0.0.1) of an intermediate authority whose certificate is missing: the server
/// certificate names an address where it could be fetched (authority information access, RFC 5280, section 4.2.2.1),
/// and one for revocations.
/// </summary>
public static class IncompleteCertificate
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <summary>Makes one with its private key; the caller disposes of it.</summary>
    /// <param name="authority">
    /// Where it says that its issuer's certificate, and the revocations, can be fetched.
    /// </param>
    public static X509Certificate2 Create(Uri authority)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var root = Request("CN=Root", rootKey, isAuthority: true)
            .CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        using var signed = Request("CN=In between", betweenKey, isAuthority: true)
            .Create(root, root.NotBefore, root.NotAfter, RandomNumberGenerator.GetBytes(16));
        using var between = signed.CopyWithPrivateKey(betweenKey);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("CN=localhost", key, isAuthority: false);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509AuthorityInformationAccessExtension(
                ocspUris: [$"{authority}ocsp"], caIssuersUris: [$"{authority}issuer.cer"]));
        request.CertificateExtensions.Add(
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{authority}revoked.crl"]));
        using var certificate = request.Create(
            between, between.NotBefore, between.NotAfter, RandomNumberGenerator.GetBytes(16));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(
            withKey.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }

    private static CertificateRequest Request(string subject, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            isAuthority
                ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign
                : X509KeyUsageFlags.DigitalSignature, true));
        return request;
    }
}
