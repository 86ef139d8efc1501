using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdWatch
{
    [LoggerMessage(
        LogLevel.Information,
        "A watch lost its connection to etcd and retries from revision {Revision} ({Status}: {Detail})")]
    private partial void LogWatchLost(long revision, StatusCode status, string detail);
}
