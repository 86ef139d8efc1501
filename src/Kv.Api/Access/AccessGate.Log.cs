namespace Kv.Api.Access;

internal sealed partial class AccessGate
{
    [LoggerMessage(LogLevel.Information, "The caller {Caller} asked for what its credentials do not allow")]
    private partial void LogForbidden(string caller);
}
