using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.NearCache;

internal sealed partial class CachedStore
{
    [LoggerMessage(LogLevel.Warning, "The near cache has lost touch with the store and begins again, empty: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Error, "The near cache met a fault and begins again, empty")]
    private partial void LogFault(Exception error);
}
