using Microsoft.Extensions.Logging.Console;

namespace Kv.Api.Telemetry;

/// <summary>The format of the log: JSON for programs, text for people.</summary>
internal static class LogFormat
{
    public const string Auto = "auto";
    public const string Json = "json";
    public const string Text = "text";

    /// <param name="format">The setting.</param>
    /// <param name="isTerminal">Whether the output is a terminal.</param>
    public static IServiceCollection AddLogFormat(
        this IServiceCollection services, string format, bool isTerminal) => services
        .PostConfigure<ConsoleLoggerOptions>(console =>
        {
            // With "auto", a formatter in .NET's own setting wins.
            if (format != Auto || console.FormatterName is null)
                console.FormatterName = format == Json || (format == Auto && !isTerminal)
                    ? ConsoleFormatterNames.Json
                    : ConsoleFormatterNames.Simple;
        })
        .PostConfigure<JsonConsoleFormatterOptions>(json =>
        {
            // The scopes contain the trace id.
            json.IncludeScopes = true;
            json.TimestampFormat = json.TimestampFormat?.TrimEnd();
        });
}
