using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>
/// Trusts the authorities of <c>WEBHOOK_CA_FILE</c>, if it is set, besides the system's: receivers have certificates of
/// either.
/// </summary>
internal sealed class ReceiverAuthorities : IDisposable
{
    // TLS server authentication (RFC 5280, section 4.2.1.12).
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly ReloadedFiles<X509Certificate2Collection>? _file;

    public ReceiverAuthorities(DeliveryOptions options, TimeProvider time, ILogger<ReceiverAuthorities> logger)
    {
        if (options.CaFile is not { } file)
            return;
        _file = new ReloadedFiles<X509Certificate2Collection>(
            [file], contents => PemCertificates.Authorities(contents[0]), options.ReloadInterval, time, logger);
        Validation = (_, certificate, chain, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 shown
                && IsSignedBy(_file.Current, shown, chain));
    }

    /// <summary>
    /// For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>; null with the system's
    /// authorities alone: then the framework reports the reason for a failure.
    /// </summary>
    public RemoteCertificateValidationCallback? Validation { get; }

    public void Dispose() => _file?.Dispose();

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 shown, X509Chain? sent)
    {
        using var chain = new X509Chain { ChainPolicy = CertificateChains.Policy(authorities) };
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(shown);
    }
}
