using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Kv.Api.Tests.Hosting;

/// <summary>Reads server-sent events as they come (HTML Living Standard, section 9.2.6).</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    public HttpResponseMessage Response => _response;

    /// <summary>The Last-Event-ID with which a reader resumes.</summary>
    public string? LastEventId { get; private set; }

    /// <summary>The number of received comments.</summary>
    public int Heartbeats { get; private set; }

    /// <summary>Opens a watch and waits until the server confirms it.</summary>
    public static Task<EventReader> Open(KvHost host, KvClient kv, string query = "", string? lastEventId = null) =>
        Open(host.Http, kv, query, lastEventId);

    /// <inheritdoc cref="Open(KvHost, KvClient, string, string?)"/>
    public static async Task<EventReader> Open(
        HttpClient http, KvClient kv, string query = "", string? lastEventId = null, string pathBase = "")
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri($"{pathBase}/watch{query}", UriKind.Relative));
        if (kv.Namespace is not null)
            request.Headers.Add("KV-Namespace", kv.Namespace);
        if (kv.AppName is not null)
            request.Headers.Add("KV-App-Name", kv.AppName);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), response.ToString());
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null when the stream ended.</summary>
    public async Task<Event?> Next()
    {
        var (name, data, id) = ("message", (string?)null, (string?)null);
        while (true)
        {
            string? line;
            try
            {
                line = await _lines.ReadLineAsync().WaitAsync(Patience);
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                return null;
            }
            if (line is null)
                return null;
            if (line.Length == 0)
            {
                LastEventId = id ?? LastEventId;
                if (data is not null && name != "position")
                    return new Event(name, id, JsonDocument.Parse(data).RootElement);
                (name, data, id) = ("message", null, null);
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line[0] == ':')
                Heartbeats++;
        }
    }

    public async Task<List<Event>> Take(int count)
    {
        var events = new List<Event>();
        while (events.Count < count)
            events.Add(
                await Next() ?? throw new InvalidOperationException($"The stream ended after {events.Count} events."));
        return events;
    }

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        _lines.Dispose();
        return ValueTask.CompletedTask;
    }

    internal sealed record Event(string Name, string? Id, JsonElement Data)
    {
        public string Key => Data.GetProperty("key").GetString()!;

        public long Revision => long.Parse(Data.GetProperty("etag").GetString()!, CultureInfo.InvariantCulture);

        /// <summary>In short: "update key=value".</summary>
        public override string ToString() =>
            $"{Name} {Key}"
                + (Data.TryGetProperty("value", out var value)
                    ? $"={value.GetString()}"
                    : $" {Data.GetProperty("reason").GetString()}");
    }
}
