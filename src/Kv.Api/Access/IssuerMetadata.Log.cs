namespace Kv.Api.Access;

internal sealed partial class IssuerMetadata
{
    [LoggerMessage(LogLevel.Warning, "The issuer of tokens cannot be asked for its keys: {Reason}")]
    private partial void LogUnavailable(string reason);
}
