using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kv.Testing;

/// <summary>
/// An authority of a test's own with a server certificate (localhost, 127.0.0.1) and a client certificate, as PEM
/// files in a temporary directory.
/// </summary>
public sealed class TestCertificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryDirectory _directory = new();

    private TestCertificates()
    {
    }

    /// <summary>The authority's certificate.</summary>
    public string CaFile => _directory.File("ca.pem");

    /// <summary>The server's certificate.</summary>
    public string ServerCertFile => _directory.File("server.pem");

    /// <summary>The server's private key (PKCS #8).</summary>
    public string ServerKeyFile => _directory.File("server.key");

    /// <summary>The client's certificate.</summary>
    public string ClientCertFile => _directory.File("client.pem");

    /// <summary>The client's private key (PKCS #8).</summary>
    public string ClientKeyFile => _directory.File("client.key");

    /// <summary>
    /// Another certificate of the client's, with the certificate of an intermediate authority, which the authority
    /// signed.
    /// </summary>
    public string ChainedClientCertFile => _directory.File("chained.pem");

    /// <summary>The private key of the client's other certificate (PKCS #8).</summary>
    public string ChainedClientKeyFile => _directory.File("chained.key");

    /// <summary>Makes a new authority and the certificates that it signs.</summary>
    public static TestCertificates Create()
    {
        var certificates = new TestCertificates();
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var ca = Authority("CN=Kv test authority", caKey).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(certificates.CaFile, ca.ExportCertificatePem());

        // etcd's JSON gateway calls etcd itself with the server's certificate, so that has to do as a client's too.
        Sign(ca, "CN=localhost", [ServerUse, ClientUse], certificates.ServerCertFile, certificates.ServerKeyFile);
        Sign(ca, "CN=kv", [ClientUse], certificates.ClientCertFile, certificates.ClientKeyFile);

        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Authority("CN=Kv test authority in between", betweenKey)
            .Create(ca, ca.NotBefore, ca.NotAfter, RandomNumberGenerator.GetBytes(16));
        using var between = signed.CopyWithPrivateKey(betweenKey);
        Sign(between, "CN=kv", [ClientUse], certificates.ChainedClientCertFile, certificates.ChainedClientKeyFile);
        File.AppendAllText(certificates.ChainedClientCertFile, $"\n{between.ExportCertificatePem()}\n");
        return certificates;
    }

    /// <summary>The client's certificate with its private key; the caller disposes of it.</summary>
    public X509Certificate2 LoadClient() => X509Certificate2.CreateFromPemFile(ClientCertFile, ClientKeyFile);

    /// <summary>The server's certificate with its private key; the caller disposes of it.</summary>
    public X509Certificate2 LoadServer() => X509Certificate2.CreateFromPemFile(ServerCertFile, ServerKeyFile);

    /// <summary>The authority's certificate; the caller disposes of it.</summary>
    public X509Certificate2 LoadCa() => X509CertificateLoader.LoadCertificateFromFile(CaFile);

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private static CertificateRequest Authority(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request;
    }

    private static void Sign(X509Certificate2 ca, string subject, string[] uses, string certFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var usages = new OidCollection();
        foreach (var use in uses)
            usages.Add(new Oid(use));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(ca, ca.NotBefore, ca.NotAfter, RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(certFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }
}
