namespace Kv.Infrastructure.Tls;

public sealed partial class ReloadedFiles<T>
{
    [LoggerMessage(LogLevel.Information, "{Files} changed; the new contents are in use")]
    private partial void LogReloaded(string files);

    [LoggerMessage(
        LogLevel.Warning, "{Files} changed but cannot be used ({Reason}); their previous contents stay in use")]
    private partial void LogUnusable(string files, string reason);
}
