using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using dotnet_etcd;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The channel to the cluster, and the generated clients on it.</summary>
internal sealed class EtcdConnection : IDisposable
{
    /// <summary>
    /// The largest answer that is taken, in bytes. It bounds the memory that one call can cost; what is larger is
    /// asked for again in smaller parts.
    /// </summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private static readonly Metadata RequireLeader = new() { { "hasleader", "true" } };

    private readonly EtcdClient _client;
    private readonly TimeProvider _time;

    public EtcdConnection(EtcdOptions options, TimeProvider time)
    {
        _time = time;
        Timeout = options.Timeout;
        var endpoints = string.Join(',', options.Endpoints.Select(uri => uri.GetLeftPart(UriPartial.Authority)));
        _client = new EtcdClient(
            endpoints,
            configureSslOptions: options.Endpoints[0].Scheme == Uri.UriSchemeHttps ? ssl => UseFiles(ssl, options) : null!,
            configureChannelOptions: Configure);
        if (options.Username is { } username)
            _client.SetCredentials(username, options.Password);
        var connection = _client.GetConnection();
        Keys = connection.KVClient;
        Leases = connection.LeaseClient;
        Watches = connection.WatchClient;
        Maintenance = connection.MaintenanceClient;
    }

    public KV.KVClient Keys { get; }

    public Lease.LeaseClient Leases { get; }

    public Maintenance.MaintenanceClient Maintenance { get; }

    private Watch.WatchClient Watches { get; }

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The moment by which a call that starts now must be answered.</summary>
    public DateTime Deadline => (_time.GetUtcNow() + Timeout).UtcDateTime;

    /// <summary>Opens a watch stream. A member without a leader ends it instead of going silent.</summary>
    public AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Watch(CancellationToken cancellationToken) =>
        Watches.Watch(RequireLeader, cancellationToken: cancellationToken);

    public void Dispose() => _client.Dispose();

    private void Configure(GrpcChannelOptions options)
    {
        // dotnet-etcd's own service config repeats a call whose connection broke. A write may have been done by
        // then, so nothing is repeated here: the engine knows which calls can be.
        options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        options.ThrowOperationCanceledOnCancellation = false;
        options.MaxReceiveMessageSize = MaxAnswerBytes;
        options.MaxSendMessageSize = null;
        options.InitialReconnectBackoff = TimeSpan.FromMilliseconds(100);
        options.MaxReconnectBackoff = TimeSpan.FromSeconds(1);
        if (options.HttpHandler is SocketsHttpHandler http)
        {
            http.ConnectTimeout = Timeout;
            http.UseProxy = false;
            // A call serves many requests at once: it is no part of the trace of whichever began it.
            http.ActivityHeadersPropagator = null;
            // etcd closes connections that ping more often than every 5 s, or without a call under way
            // (--grpc-keepalive-min-time).
            http.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
            http.KeepAlivePingDelay = TimeSpan.FromSeconds(6);
            http.KeepAlivePingTimeout = Timeout;
        }
    }

    private static void UseFiles(SslClientAuthenticationOptions ssl, EtcdOptions options)
    {
        if (options.CaFile is { } caFile)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            ssl.CertificateChainPolicy = policy;
        }
        if (options.CertFile is { } certFile)
        {
            using var pem = X509Certificate2.CreateFromPemFile(certFile, options.KeyFile);
            // A key straight from PEM is ephemeral, which TLS on Windows does not take.
            var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
            // The certificates of authorities in between may stand behind it in the file: etcd need not know them.
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(certFile);
            ssl.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, all, offline: true);
        }
    }
}
