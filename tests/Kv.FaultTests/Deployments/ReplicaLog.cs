using System.Text.Json;
using Kv.FaultTests.History;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Deployments;

/// <summary>Records the output of a replica.</summary>
internal sealed class ReplicaLog(string replica, Recorder recorder)
{
    private const int MaxExceptionLength = 2000;

    /// <summary>Records a line of standard output or standard error.</summary>
    public void Read(string line)
    {
        if (line.Length == 0)
            return;
        if (line[0] == '{')
            ReadJson(line);
        else
            // A line that is not of Kv's logger is a crash, or a refused setting.
            recorder.Add(new LogLine(replica, recorder.Now, "Error", "", line));
    }

    private void ReadJson(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var exception = Text(json, "Exception");
            recorder.Add(new LogLine(
                replica, recorder.Now, Text(json, "LogLevel") ?? "", Text(json, "Category") ?? "",
                Text(json, "Message") ?? "",
                exception?[..Math.Min(exception.Length, MaxExceptionLength)]));
        }
        catch (JsonException)
        {
            // The process was killed in the middle of the line.
        }
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
