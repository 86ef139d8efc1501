using dotnet_etcd;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>A channel to the cluster, and the generated clients on it.</summary>
internal sealed class EtcdChannel : IDisposable
{
    /// <summary>
    /// The largest answer that is taken, in bytes. It bounds the memory that one call can cost; what is larger is
    /// asked for again in smaller parts.
    /// </summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private static readonly Metadata RequireLeader = new() { { "hasleader", "true" } };

    private readonly EtcdClient _client;
    private readonly TimeSpan _timeout;
    private readonly Watch.WatchClient _watches;
    private readonly CancellationTokenSource? _watching;

    /// <param name="options">Where the cluster is.</param>
    /// <param name="tls">The certificates, where files name them; null for the system's, or for plain text.</param>
    public EtcdChannel(EtcdOptions options, EtcdTls? tls)
    {
        _timeout = options.Timeout;
        // Without files nothing is ever replaced, and a watch needs no token of its own.
        _watching = tls is null ? null : new CancellationTokenSource();
        var endpoints = string.Join(',', options.Endpoints.Select(uri => uri.GetLeftPart(UriPartial.Authority)));
        _client = new EtcdClient(
            endpoints,
            configureSslOptions: options.Endpoints[0].Scheme == Uri.UriSchemeHttps ? ssl => tls?.UseFor(ssl) : null!,
            configureChannelOptions: Configure);
        if (options.Username is { } username)
            _client.SetCredentials(username, options.Password);
        var connection = _client.GetConnection();
        Keys = connection.KVClient;
        Leases = connection.LeaseClient;
        Maintenance = connection.MaintenanceClient;
        _watches = connection.WatchClient;
    }

    public KV.KVClient Keys { get; }

    public Lease.LeaseClient Leases { get; }

    public Maintenance.MaintenanceClient Maintenance { get; }

    public AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Watch(CancellationToken cancellationToken)
    {
        if (_watching is null)
            return _watches.Watch(RequireLeader, cancellationToken: cancellationToken);
        var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _watching.Token);
        var call = _watches.Watch(RequireLeader, cancellationToken: either.Token);
        return new AsyncDuplexStreamingCall<WatchRequest, WatchResponse>(
            call.RequestStream, call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () =>
            {
                call.Dispose();
                either.Dispose();
            });
    }

    /// <summary>Ends the watches on it, as a lost connection would.</summary>
    public void EndWatches() => _watching?.Cancel();

    public void Dispose()
    {
        _client.Dispose();
        _watching?.Dispose();
    }

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
            http.ConnectTimeout = _timeout;
            http.UseProxy = false;
            http.UseCookies = false;
            http.AllowAutoRedirect = false;
            // A call serves many requests at once: it is no part of the trace of whichever began it.
            http.ActivityHeadersPropagator = null;
            // etcd closes connections that ping more often than every 5 s, or without a call under way
            // (--grpc-keepalive-min-time).
            http.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
            http.KeepAlivePingDelay = TimeSpan.FromSeconds(6);
            http.KeepAlivePingTimeout = _timeout;
        }
    }
}
