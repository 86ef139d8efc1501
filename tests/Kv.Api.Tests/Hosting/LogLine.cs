using System.Text.Json;

namespace Kv.Api.Tests.Hosting;

/// <summary>A line of the log of a process that runs with LOG_FORMAT=json.</summary>
internal sealed record LogLine(string Level, string Category, string Message)
{
    /// <summary>
    /// Whether it is a warning or an error of Kv. The warning about known faults of the tests' etcd does not count.
    /// </summary>
    public bool IsAlarming =>
        Level is "Warning" or "Error" or "Critical"
            && !Message.Contains("which has known faults", StringComparison.Ordinal);

    /// <summary>The lines that the process has logged so far.</summary>
    public static LogLine[] Of(KvProcess kv) =>
    [
        .. kv.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => new LogLine(
                line.GetProperty("LogLevel").GetString()!, line.GetProperty(nameof(Category)).GetString()!,
                line.GetProperty(nameof(Message)).GetString()!)),
    ];

    public override string ToString() => $"{Level} {Category}: {Message}";
}
