using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Tls;

public sealed partial class ReloadedFiles<T>
{
    [LoggerMessage(LogLevel.Information, "{Files} changed and are in use for what begins now")]
    private partial void LogReloaded(string files);

    [LoggerMessage(
        LogLevel.Warning, "{Files} changed and cannot be used ({Reason}); what they held before stays in use")]
    private partial void LogUnusable(string files, string reason);
}
