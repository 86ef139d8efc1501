using System.Globalization;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>What etcd counts itself.</summary>
internal static class EtcdMetrics
{
    private static readonly HttpClient Http = new();

    /// <summary>How many raft proposals were committed since the server started.</summary>
    public static async Task<long> CommittedProposals(this EtcdServer server)
    {
        const string name = "etcd_server_proposals_committed_total ";
        var metrics = await Http.GetStringAsync(new Uri(server.ClientUri, "/metrics"));
        var line = metrics.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return (long)double.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }
}
