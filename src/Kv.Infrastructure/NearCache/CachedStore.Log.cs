using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.NearCache;

internal sealed partial class CachedStore
{
    [LoggerMessage(LogLevel.Information, "The near cache cannot follow the store and begins again, empty: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Error, "The near cache met a fault in Kv and begins again, empty")]
    private partial void LogFault(Exception error);
}
