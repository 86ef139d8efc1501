using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdLocks
{
    [LoggerMessage(
        LogLevel.Information, "The wait for the lock {Name} got no answer of etcd and retries ({Status}: {Detail})")]
    private partial void LogWaitFailed(StoreKey name, StatusCode status, string detail);
}
