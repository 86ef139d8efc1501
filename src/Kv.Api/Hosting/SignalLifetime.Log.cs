namespace Kv.Api.Hosting;

internal sealed partial class SignalLifetime
{
    [LoggerMessage(
        LogLevel.Information,
        "Kv stops ({Signal}): it serves requests for {Drain} s more, then finishes those under way, "
        + "which may take up to {Stop} s. "
        + "A second signal ends it at once")]
    private partial void LogStopping(string signal, double drain, double stop);
}
