using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Kv.Benchmarks.Soak;

/// <summary>
/// Steady calls on keys: a fixed rate over all replicas, of all kinds. The keys are always the same, and a third of
/// the writes have a TTL of some seconds, so that leases come and go.
/// </summary>
internal sealed class SoakLoad(SoakReplicas replicas, SoakTotals totals, int rate) : IDisposable
{
    private const int Workers = 16;
    private const int Keys = 2000;
    private const int LongestTtl = 20;

    private static readonly string Filling = new('v', 240);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };
    private readonly Lock _gate = new();
    private readonly long _interval = Stopwatch.Frequency / rate;
    private long _due = Stopwatch.GetTimestamp();
    private long _number;

    /// <summary>A key among those that are written.</summary>
    public static string Key(int number) => $"soak-{number % Keys:D4}";

    public Task Run(CancellationToken over) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => Work(over), over)));

    public void Dispose() => _http.Dispose();

    private async Task Work(CancellationToken over)
    {
        while (true)
        {
            var rest = Rest();
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, over);
            await One(Interlocked.Increment(ref _number), over);
        }
    }

    // Until the next call is due. It does not catch up on late calls: the load would rise after each pause.
    private TimeSpan Rest()
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _due = Math.Max(_due + _interval, now);
            return Stopwatch.GetElapsedTime(now, _due);
        }
    }

    private Task One(long number, CancellationToken over)
    {
        var key = Key(Random.Shared.Next(Keys));
        var value = $"{number.ToString(CultureInfo.InvariantCulture)} {Filling}";
        return Random.Shared.Next(100) switch
        {
            < 50 => Send(CallKind.Get, HttpMethod.Get, $"/kv/{key}", null, over),
            < 70 => Send(CallKind.Put, HttpMethod.Put, $"/kv/{key}", $$"""{"value":"{{value}}"}""", over),
            < 82 => Send(CallKind.Put, HttpMethod.Put, $"/kv/ttl-{key}", $$"""{"value":"{{value}}","ttl":{{Ttl()}}}""", over),
            < 87 => Send(CallKind.Other, HttpMethod.Delete, $"/kv/{key}", null, over),
            < 92 => Send(CallKind.Other, HttpMethod.Get, $"/kv?prefix={key[..7]}&limit=50", null, over),
            < 95 => Send(CallKind.Other, HttpMethod.Get, $"/kv/{key[..7]}*", null, over),
            < 98 => Send(CallKind.Other, HttpMethod.Post, "/txn",
                $$"""{"compare":[{"key":"none","exists":false}],"success":[{"op":"set","key":"{{key}}","value":"{{value}}"},{"op":"get","key":"ttl-{{key}}"}]}""",
                over),
            _ => Send(CallKind.Other, HttpMethod.Post, "/bulk",
                $$"""[{"op":"get","key":"{{key}}"},{"op":"set","key":"ttl-{{key}}","value":"{{value}}","ttl":{{Ttl()}}}]""", over),
        };
    }

    private async Task Send(CallKind kind, HttpMethod method, string path, string? body, CancellationToken over)
    {
        using var request = new HttpRequestMessage(method, new Uri(replicas.Next(), path));
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        var sent = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await _http.SendAsync(request, over);
            totals.Answered(kind, sent);
            if (
                !answer.IsSuccessStatusCode
                    && !(method == HttpMethod.Get && answer.StatusCode == HttpStatusCode.NotFound))
                totals.Failed(
                    $"{method} {request.RequestUri}: {(int)answer.StatusCode} "
                        + $"{await answer.Content.ReadAsStringAsync(over)}");
        }
        catch (Exception e) when (!over.IsCancellationRequested)
        {
            totals.Failed($"{method} {request.RequestUri}: {e.Message}");
        }
    }

    private static int Ttl() => Random.Shared.Next(2, LongestTtl + 1);
}
