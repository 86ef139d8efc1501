using Microsoft.Extensions.Logging.Console;

namespace Kv.Api.Operation;

/// <summary>How lines of the log look: JSON for programs, text for people.</summary>
internal static class LogFormat
{
    public const string Auto = "auto";
    public const string Json = "json";
    public const string Text = "text";

    /// <param name="services">Where it is set.</param>
    /// <param name="format">What the setting says.</param>
    /// <param name="isTerminal">Whether somebody looks on.</param>
    public static IServiceCollection AddLogFormat(this IServiceCollection services, string format, bool isTerminal) => services
        .PostConfigure<ConsoleLoggerOptions>(console =>
        {
            // Where .NET's own setting names another formatter, that stands.
            if (format != Auto || console.FormatterName is null)
                console.FormatterName = format == Json || (format == Auto && !isTerminal)
                    ? ConsoleFormatterNames.Json
                    : ConsoleFormatterNames.Simple;
        })
        .PostConfigure<JsonConsoleFormatterOptions>(json =>
        {
            // The id of the trace stands in them.
            json.IncludeScopes = true;
            json.TimestampFormat = json.TimestampFormat?.TrimEnd();
        });
}
