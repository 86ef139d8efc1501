using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Kv.WebhookBench;

/// <summary>Talks to Kv, and to the etcd under it.</summary>
internal sealed class Servers(Uri kv, Uri? etcd) : IDisposable
{
    // Values of 256 bytes, as in the rest of the benchmark.
    private const int ValueBytes = 256;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    public bool HasEtcd => etcd is not null;

    /// <summary>Registers a webhook for every change.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> Register(Uri endpoint)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(kv, "/webhooks"), new { key = "*", @event = "*", endpoint, add_event_data = true });
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("id").GetString()!;
    }

    public async Task Unregister(string webhook)
    {
        using var answer = await _http.DeleteAsync(new Uri(kv, $"/webhooks/{webhook}"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Writes a key with a value that begins with a number.</summary>
    public async Task Write(int key, long number)
    {
        var value = number.ToString(CultureInfo.InvariantCulture).PadRight(ValueBytes);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"value":"{{value}}"}"""))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        using var answer = await _http.PutAsync(new Uri(kv, $"/kv/bench{key}"), content);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How many proposals etcd has committed since it was started: everything that it ever wrote.</summary>
    public async Task<long> Proposals()
    {
        const string name = "etcd_server_proposals_committed_total ";
        var metrics = await _http.GetStringAsync(new Uri(etcd!, "/metrics"));
        var line = metrics.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return (long)double.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>How often the watcher's cursor was ever saved.</summary>
    public async Task<long> CursorSaves()
    {
        var key = Convert.ToBase64String("/kvstore/cursor/watcher"u8);
        using var answer = await _http.PostAsJsonAsync(new Uri(etcd!, "/v3/kv/range"), new { key });
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.TryGetProperty("kvs", out var entries)
            ? long.Parse(entries[0].GetProperty("version").GetString()!, CultureInfo.InvariantCulture)
            : 0;
    }

    public void Dispose() => _http.Dispose();
}
