using dotnet_etcd;
using dotnet_etcd.interfaces;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>A channel to one member of the cluster, with its own connection, and the generated clients on it.</summary>
internal sealed class EtcdChannel : IDisposable
{
    /// <summary>
    /// The largest accepted answer, in bytes: it limits the memory of one call. A larger answer is requested again in
    /// smaller parts.
    /// </summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private static readonly Metadata RequireLeader = new() { { "hasleader", "true" } };

    // The key that etcdctl reads to check the health of a member.
    private static readonly ByteString HealthKey = ByteString.CopyFromUtf8("health");

    private readonly EtcdClient _client;
    private readonly TimeSpan _timeout;
    private readonly IConnection _connection;
    private CancellationTokenSource _calls = new();
    private CancellationTokenSource _watching = new();
    private volatile MemberHealth _health = MemberHealth.Unwell;

    /// <param name="tls">The certificates from files; null for the system's, or for plain text.</param>
    public EtcdChannel(Uri member, EtcdOptions options, EtcdTls? tls, EtcdHistory history)
    {
        (_timeout, History) = (options.Timeout, history);
        Endpoint = member.Authority;
        _client = new EtcdClient(
            member.GetLeftPart(UriPartial.Authority),
            configureSslOptions: member.Scheme == Uri.UriSchemeHttps ? (tls ?? EtcdTls.Default).UseFor : null!,
            configureChannelOptions: Configure);
        if (options.Username is { } username)
            _client.SetCredentials(username, options.Password);
        _connection = _client.GetConnection();
        (Keys, Leases) = (_connection.KVClient, _connection.LeaseClient);
    }

    public KV.KVClient Keys { get; }

    public Lease.LeaseClient Leases { get; }

    public Maintenance.MaintenanceClient Maintenance => _connection.MaintenanceClient;

    public EtcdHistory History { get; }

    public Cluster.ClusterClient Cluster => _connection.ClusterClient;

    /// <summary>The member's address, as host:port.</summary>
    public string Endpoint { get; }

    public MemberHealth Health
    {
        get => _health;
        set => _health = value;
    }

    /// <summary>Cancelled when the calls in flight are given up.</summary>
    public CancellationToken GivenUp => Volatile.Read(ref _calls).Token;

    /// <summary>Opens a watch stream. A member without a leader ends the stream instead of going silent.</summary>
    public AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Watch(CancellationToken cancellationToken)
    {
        var ended = Volatile.Read(ref _watching).Token;
        var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        var call = _connection.WatchClient.Watch(RequireLeader, cancellationToken: either.Token);
        return new AsyncDuplexStreamingCall<WatchRequest, WatchResponse>(
            call.RequestStream, call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            () =>
            {
                call.Dispose();
                either.Dispose();
            });
    }

    /// <summary>Reads a key to check whether the member answers.</summary>
    /// <param name="serializable">
    /// Whether the member may answer alone; otherwise it needs a majority of the cluster.
    /// </param>
    /// <returns>
    /// The member's raft term; 0 when the user may not read; null when the member did not answer, or reported that it
    /// cannot.
    /// </returns>
    public async Task<ulong?> Probe(bool serializable, DateTime deadline)
    {
        var request = new RangeRequest { Key = HealthKey, KeysOnly = true, Serializable = serializable };
        var asked = History.Now();
        try
        {
            var answer = await _client.GetConnection().KVClient.RangeAsync(request, deadline: deadline);
            History.Observe(asked, answer.Header, isLinearizable: !serializable);
            return answer.Header.RaftTerm;
        }
        catch (RpcException error)
        {
            return EtcdErrors.IsNoAnswer(error) ? null : 0;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Reads the member's version.</summary>
    /// <returns>Null when the member did not answer, or the user may not read it.</returns>
    public async Task<string?> Version(DateTime deadline)
    {
        try
        {
            return (await Maintenance.StatusAsync(new StatusRequest(), deadline: deadline)).Version;
        }
        catch (Exception error) when (error is RpcException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Gives up the calls in flight and ends the watches. Later calls are not affected.</summary>
    public void GiveUp()
    {
        _ = CallsSoFar().CancelAsync();
        EndWatches();
    }

    /// <summary>The source that gives up the calls in flight now; later calls get another one.</summary>
    public CancellationTokenSource CallsSoFar() => Interlocked.Exchange(ref _calls, new CancellationTokenSource());

    /// <summary>Ends the watches on this channel, like a lost connection.</summary>
    public void EndWatches() => _ = Interlocked.Exchange(ref _watching, new CancellationTokenSource()).CancelAsync();

    public void Dispose() => _client.Dispose();

    private void Configure(GrpcChannelOptions options)
    {
        // The default service config of dotnet-etcd repeats a call whose connection broke. A write may have been
        // applied by then, so nothing is repeated here: the engine knows which calls are safe to repeat.
        options.ServiceConfig = new ServiceConfig();
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
            // A call serves many requests: it belongs to no single request's trace.
            http.ActivityHeadersPropagator = null;
            // Pings are not needed: the member is probed at least once a second, which detects more. etcd allows only
            // one ping every 5 s.
            http.KeepAlivePingDelay = System.Threading.Timeout.InfiniteTimeSpan;
        }
    }
}
