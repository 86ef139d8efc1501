using System.Globalization;
using System.Text.Json;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>
/// Reads server-sent events (HTML Living Standard, section 9.2.6); a position event has only an id.
/// </summary>
internal sealed class EventStreamReader(Stream stream)
{
    private readonly StreamReader _lines = new(stream);

    /// <summary>The next event or id; null when the stream has ended.</summary>
    public async Task<StreamedEvent?> Next(CancellationToken cancellationToken)
    {
        string? name = null, data = null, id = null;
        while (await _lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.Length == 0 && (data ?? id) is not null)
                return name == "position" ? StreamedEvent.Of(null, id, null) : StreamedEvent.Of(name, id, data);
        }
        return null;
    }
}

/// <summary>An event of a watch.</summary>
/// <param name="Name">The event; null for an id alone.</param>
/// <param name="Id">The id.</param>
/// <param name="Data">The data.</param>
internal sealed record StreamedEvent(string? Name, long? Id, JsonElement? Data)
{
    /// <summary>Of <c>gone</c>: the oldest revision that the store keeps.</summary>
    public long? OldestRevision => Number("oldest_revision");

    public static StreamedEvent Of(string? name, string? id, string? data) => new(
        name,
        id is null ? null : long.Parse(id, CultureInfo.InvariantCulture),
        data is null ? null : JsonDocument.Parse(data).RootElement);

    /// <summary>The event as a record of the history.</summary>
    public WatchEvent ToRecord(WatchConnection connection, long at) => new()
    {
        Watch = connection.Watch,
        Connection = connection.Number,
        At = at,
        Name = Name,
        Id = Id,
        Key = Text("key"),
        Value = Text("value"),
        ETag = Text("etag") is { } etag ? long.Parse(etag, CultureInfo.InvariantCulture) : null,
        Reason = Text("reason"),
        ExpireAt = Number("expire_at"),
    };

    private string? Text(string name) =>
        Data is { } data && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private long? Number(string name) =>
        Data is { } data && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetInt64()
            : null;
}
