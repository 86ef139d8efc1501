namespace Kv.Infrastructure.Access;

internal sealed partial class ApiKeyRepository
{
    [LoggerMessage(LogLevel.Warning, "The API key stored under {Key} cannot be read and grants nothing")]
    private partial void LogUnreadable(StoreKey key);
}
