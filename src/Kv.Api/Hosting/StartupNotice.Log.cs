namespace Kv.Api.Hosting;

internal static partial class StartupNotice
{
    [LoggerMessage(
        LogLevel.Information, "Kv {Version} listens on {Address} and uses {Store}; Swagger UI is at {SwaggerUi}")]
    private static partial void LogStarted(
        ILogger logger, string version, string address, string store, string swaggerUi);

    [LoggerMessage(
        LogLevel.Information,
        "AUTH is {Auth}, AUDIT is {Audit}, WEBHOOK_TARGETS is {Targets} (webhooks may call {Reached}). "
        + "A tenant may have {Limits}")]
    private static partial void LogMode(
        ILogger logger, string auth, string audit, string targets, string reached, string limits);

    [LoggerMessage(LogLevel.Information, "The console is at {Console}")]
    private static partial void LogConsole(ILogger logger, string console);

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(LogLevel.Information, "Probes and metrics are at {Address}")]
    private static partial void LogManagement(ILogger logger, string address);
}
