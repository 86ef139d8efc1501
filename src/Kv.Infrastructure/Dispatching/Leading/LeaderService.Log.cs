namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class LeaderService
{
    [LoggerMessage(LogLevel.Information, "This replica leads: it watches for changes and calls webhooks")]
    private partial void LogLeads();

    [LoggerMessage(LogLevel.Information, "This replica has given the lead back")]
    private partial void LogSteppedBack();

    [LoggerMessage(
        LogLevel.Warning, "This replica has lost the lead; the next leader starts after the last settled revision")]
    private partial void LogLostLead();

    [LoggerMessage(LogLevel.Debug, "The store failed, so this replica asks for the lead again: {Reason}")]
    private partial void LogStoreFailed(string reason);

    [LoggerMessage(LogLevel.Error, "The watcher failed and starts again")]
    private partial void LogFailed(Exception error);
}
