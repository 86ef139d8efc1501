using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Audit;

internal sealed partial class AuditRecords
{
    [LoggerMessage(
        LogLevel.Warning,
        "The store has no room for a record of the audit, so {Operation} {Target} of ({Namespace}, {AppName}) was " +
        "done without: it keeps none of it")]
    private partial void LogUnrecorded(string operation, string target, string? @namespace, string? appName);
}
