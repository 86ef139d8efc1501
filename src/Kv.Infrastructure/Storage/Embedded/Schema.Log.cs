namespace Kv.Infrastructure.Storage.Embedded;

internal static partial class Schema
{
    [LoggerMessage(
        LogLevel.Information,
        "'{File}' is being converted from format {From} to {To}. Earlier versions of Kv cannot read it afterwards")]
    private static partial void LogConverting(ILogger logger, string file, int from, int to);
}
