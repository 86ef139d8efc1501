namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdHistory
{
    [LoggerMessage(
        LogLevel.Warning,
        "A member of the cluster {Cluster:x} answered, but Kv follows the cluster {Followed:x}. Its answers are " +
        "ignored: ETCD_ENDPOINTS names members of two clusters, or not all members were restored")]
    private partial void LogAnotherCluster(ulong cluster, ulong followed);

    [LoggerMessage(
        LogLevel.Warning,
        "etcd was restored from a backup: it is at revision {Revision}, but {Seen} was seen before (cluster " +
        "{Cluster:x}, before {Before:x}). Watches end with 'gone'; caches, locks and counts start again. Revisions " +
        "up to that one may be reused for other content")]
    private partial void LogRestored(long revision, long seen, ulong cluster, ulong before);
}
