namespace Kv.Api.Hosting;

internal sealed partial class SignalLifetime
{
    [LoggerMessage(
        LogLevel.Information,
        "Kv stops ({Signal}): it serves requests for {Drain} s more, then finishes the requests in progress, "
        + "which may take up to {Stop} s. "
        + "A second signal ends Kv immediately")]
    private partial void LogStopping(string signal, double drain, double stop);
}
