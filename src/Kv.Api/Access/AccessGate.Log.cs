namespace Kv.Api.Access;

internal sealed partial class AccessGate
{
    [LoggerMessage(LogLevel.Information, "The credentials of {Caller} do not allow the request")]
    private partial void LogForbidden(string caller);
}
