using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kv.Testing;

namespace Kv.FaultTests.Deployments;

/// <summary>
/// Reads all changes from etcd itself, by the watch of etcd and past the proxies. It continues at its position, so that
/// no change is missing as long as it reads before etcd compacts.
/// </summary>
internal sealed class EtcdObserver(EtcdCluster cluster) : IDisposable
{
    private const int Attempts = 20;

    // The low bits of a lease that Kv has made are the second at which it ends.
    private const long DeadlineMask = (1L << 34) - 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<StoredEntry> _changes = [];
    private long _revision;

    /// <summary>The changes that were read so far, in their order.</summary>
    public IReadOnlyList<StoredEntry> Changes => _changes;

    /// <summary>Reads up to the present revision.</summary>
    /// <returns>The revision up to which all is read.</returns>
    public async Task<long> ReadOn()
    {
        await _turn.WaitAsync();
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var member = cluster.AnyMember(attempt);
                    var through = await member.CurrentRevision();
                    if (through > _revision)
                        await Read(member, through);
                    return _revision;
                }
                catch (Exception e) when (
                    attempt < Attempts && e is HttpRequestException or OperationCanceledException or IOException
                        or InvalidOperationException)
                {
                    await Task.Delay(200);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _turn.Dispose();
    }

    private async Task Read(EtcdServer member, long through)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(member.ClientUri, "/v3/watch"))
        {
            Content = JsonContent.Create(
                new { create_request = new { key = "AA==", range_end = "AA==", start_revision = _revision + 1 } }),
        };
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        while (_revision < through)
        {
            var line = await lines.ReadLineAsync(patience.Token) ?? throw new IOException("The watch ended.");
            using var message = JsonDocument.Parse(line);
            Take(message.RootElement);
        }
    }

    // A message holds complete revisions.
    private void Take(JsonElement message)
    {
        if (!message.TryGetProperty("result", out var result) || result.TryGetProperty("canceled", out _))
            throw new InvalidOperationException($"etcd does not tell its history behind {_revision}: {message}");
        if (!result.TryGetProperty("events", out var events))
            return;
        foreach (var one in events.EnumerateArray())
        {
            var change = Change(one);
            _changes.Add(change);
            _revision = change.Revision;
        }
    }

    private static StoredEntry Change(JsonElement change)
    {
        var entry = change.GetProperty("kv");
        var isRemoved = change.TryGetProperty("type", out var type) && type.GetString() == "DELETE";
        var lease = Number(entry, "lease");
        return new StoredEntry(
            Number(entry, "mod_revision"),
            Encoding.UTF8.GetString(entry.GetProperty("key").GetBytesFromBase64()),
            isRemoved ? null : entry.TryGetProperty("value", out var value) ? value.GetBytesFromBase64() : [],
            lease == 0 ? null : lease & DeadlineMask);
    }

    // The gateway writes numbers of 64 bits as text, and leaves out 0.
    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number) ? long.Parse(number.GetString()!, CultureInfo.InvariantCulture) : 0;
}
