using System.Net;
using System.Net.Security;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>Calls receivers through one pool of connections.</summary>
/// <param name="lifetime">How long a connection is reused; zero for never.</param>
internal sealed class ReceiverClient(TargetConnector connector, ReceiverAuthorities authorities, TimeSpan lifetime)
    : HttpMessageInvoker(new SocketsHttpHandler
    {
        // A redirect or a proxy would reach an address that is not the webhook's; decompression could expand an answer
        // without limit.
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // The request carries the trace of its change.
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellationToken) =>
        {
            context.InitialRequestMessage.Options.Set(Dialled, true);
            return connector.Connect(context, cancellationToken);
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = CertificateChains.Policy(),
            RemoteCertificateValidationCallback = authorities.Validation,
        },
        // Longer than any attempt: it only ends the connects of abandoned attempts.
        ConnectTimeout = TimeSpan.FromSeconds(2 * WebhookSettings.MaxTimeoutSeconds),
        PooledConnectionLifetime = lifetime,
        MaxResponseHeadersLength = MaxHeadersKilobytes,
        MaxResponseDrainSize = 0,
    })
{
    private const int MaxHeadersKilobytes = 64;

    private static readonly HttpRequestOptionsKey<bool> Dialled = new("dialled");

    /// <summary>Whether a request was sent on a reused connection.</summary>
    public static bool WasReused(HttpRequestMessage request) => !request.Options.TryGetValue(Dialled, out _);
}
