using System.Globalization;

namespace Kv.Testing;

/// <summary>The metrics of etcd itself.</summary>
public static class EtcdMetrics
{
    private static readonly HttpClient Http = new();

    /// <summary>How many raft proposals were committed since the server started: everything that was written.</summary>
    public static Task<long> CommittedProposals(this EtcdServer server) =>
        server.Counter("etcd_server_proposals_committed_total");

    /// <summary>How many leases it has granted.</summary>
    public static Task<long> GrantedLeases(this EtcdServer server) =>
        server.Counter("etcd_debugging_lease_granted_total");

    /// <summary>How many transactions were begun since the server started, those that only read among them.</summary>
    public static Task<long> Transactions(this EtcdServer server) => server.Started("Txn");

    /// <summary>How many ranges were begun outside of transactions.</summary>
    public static Task<long> Ranges(this EtcdServer server) => server.Started("Range");

    /// <summary>How many calls that may write were begun: puts and transactions.</summary>
    public static async Task<long> PutsAndTransactions(this EtcdServer server) =>
        await server.Started("Put") + await server.Transactions();

    /// <summary>How often a holder of a lock was about to renew its lease.</summary>
    public static Task<long> Renewals(this EtcdServer server) => server.Counter(
        """grpc_server_started_total{grpc_method="LeaseKeepAlive",grpc_service="etcdserverpb.Lease",grpc_type="bidi_stream"}""");

    /// <summary>How many watches are open.</summary>
    public static Task<long> Watches(this EtcdServer server) => server.Counter("etcd_debugging_mvcc_watcher_total");

    /// <summary>How many messages it has sent to watches.</summary>
    public static Task<long> WatchMessages(this EtcdServer server) => server.Counter(
        """grpc_server_msg_sent_total{grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"}""");

    private static Task<long> Started(this EtcdServer server, string method) => server.Counter(
        $$"""grpc_server_started_total{grpc_method="{{method}}",grpc_service="etcdserverpb.KV",grpc_type="unary"}""");

    private static async Task<long> Counter(this EtcdServer server, string series)
    {
        var metrics = await Http.GetStringAsync(new Uri(server.ClientUri, "/metrics"));
        var line = metrics.Split('\n').Single(line => line.StartsWith($"{series} ", StringComparison.Ordinal));
        return (long)double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }
}
