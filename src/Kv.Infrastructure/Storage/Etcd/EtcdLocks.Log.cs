using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdLocks
{
    [LoggerMessage(
        LogLevel.Information, "The wait for the lock {Name} could not ask etcd and retries ({Status}: {Detail})")]
    private partial void LogWaitFailed(StoreKey name, StatusCode status, string detail);
}
