using System.Text.Json;

namespace Kv.Api.Tests.Hosting;

/// <summary>A line of the log of a process that runs with LOG_FORMAT=json.</summary>
internal sealed record LogLine(string Level, string Category, string Message)
{
    /// <summary>
    /// Whether an operator is meant to see it. That the etcd of the tests has known faults is not Kv's doing.
    /// </summary>
    public bool IsAlarming =>
        Level is "Warning" or "Error" or "Critical"
            && !Message.Contains("which has known faults", StringComparison.Ordinal);

    /// <summary>What the process has logged by now.</summary>
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
