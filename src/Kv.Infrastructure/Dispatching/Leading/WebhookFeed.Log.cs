namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class WebhookFeed
{
    [LoggerMessage(LogLevel.Information, "The watch begins after revision {Revision}")]
    private partial void LogStarts(long revision);
}
