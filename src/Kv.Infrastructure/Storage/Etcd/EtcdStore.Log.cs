using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdStore
{
    [LoggerMessage(LogLevel.Warning, "A watch lost etcd and goes on from revision {Revision} ({Status}: {Detail}).")]
    private partial void LogWatchLost(long revision, StatusCode status, string detail);
}
