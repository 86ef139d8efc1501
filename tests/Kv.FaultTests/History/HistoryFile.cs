using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.FaultTests.History;

/// <summary>A history as a file: a line of JSON for each record, the first of them about the run.</summary>
internal static class HistoryFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a history to a new file.</summary>
    public static async Task Save(RunHistory history, string path)
    {
        await using var file = new StreamWriter(path);
        foreach (var record in history.Records.Prepend(history.Run))
            await file.WriteLineAsync(JsonSerializer.Serialize(record, Json));
    }

    /// <summary>Reads a history from a file.</summary>
    /// <exception cref="InvalidDataException">A line is not a record, or the first is not about the run.</exception>
    public static async Task<RunHistory> Load(string path)
    {
        RunHistory? history = null;
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path))
        {
            number++;
            var record = Read(line, path, number);
            if (history is not null)
                history.Add(record);
            else
                history = new RunHistory(
                    record as RunInfo
                        ?? throw new InvalidDataException($"{path}: the first line is not about the run."));
        }
        return history ?? throw new InvalidDataException($"{path}: the file is empty.");
    }

    private static HistoryRecord Read(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<HistoryRecord>(line, Json)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}, line {number}: {e.Message}", e);
        }
    }
}
