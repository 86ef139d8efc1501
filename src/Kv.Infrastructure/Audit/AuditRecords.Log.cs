namespace Kv.Infrastructure.Audit;

internal sealed partial class AuditRecords
{
    [LoggerMessage(
        LogLevel.Warning,
        "The store has no room for an audit record: {Operation} {Target} of ({Namespace}, {AppName}) was done without" +
        " one")]
    private partial void LogUnrecorded(string operation, string target, string? @namespace, string? appName);
}
