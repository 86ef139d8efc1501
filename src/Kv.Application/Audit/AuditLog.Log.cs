using Microsoft.Extensions.Logging;

namespace Kv.Application.Audit;

internal sealed partial class AuditLog
{
    [LoggerMessage(
        LogLevel.Information,
        "{Actor} at {Address}: {Operation} {Target} of ({Namespace}, {AppName}): "
        + "{Outcome}, revision {Revision}, trace {TraceId}")]
    private partial void LogLine(
        string actor, string? address, string operation, string? target, string? nameSpace, string? appName,
        string outcome, long? revision, string? traceId);
}
