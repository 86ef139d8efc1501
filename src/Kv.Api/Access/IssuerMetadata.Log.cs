namespace Kv.Api.Access;

internal sealed partial class IssuerMetadata
{
    [LoggerMessage(LogLevel.Warning, "The token issuer does not provide its keys: {Reason}")]
    private partial void LogUnavailable(string reason);
}
