namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class NearCache
{
    [LoggerMessage(LogLevel.Information, "The near cache lost its watch of etcd and starts again empty: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Error, "The near cache met a fault in Kv and starts again empty")]
    private partial void LogFault(Exception error);
}
