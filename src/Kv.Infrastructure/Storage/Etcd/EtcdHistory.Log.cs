using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdHistory
{
    [LoggerMessage(
        LogLevel.Warning,
        "A member of the cluster {Cluster:x} answers, and others of the cluster {Followed:x}, which is followed. Its " +
        "answers are not taken: " +
        "ETCD_ENDPOINTS names members of two clusters, or not all members were restored")]
    private partial void LogAnotherCluster(ulong cluster, ulong followed);

    [LoggerMessage(
        LogLevel.Warning,
        "etcd was restored from a backup: it is at revision {Revision}, where {Seen} was seen before (cluster " +
        "{Cluster:x}, before {Before:x}). " +
        "Watches end with 'gone', and caches, locks and counts begin anew. Up to that revision, revisions may be " +
        "given again for other content")]
    private partial void LogRestored(long revision, long seen, ulong cluster, ulong before);
}
