using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Kv.Benchmarks.Growth;
using Kv.Testing;

namespace Kv.Benchmarks.Outages;

/// <summary>
/// Steady calls, each sent at its time even if earlier ones are slow, and a webhook that receives every write.
/// </summary>
internal sealed class OutageCalls : IAsyncDisposable
{
    private const int PerSecond = 100;
    private const int Keys = 50;

    private readonly HttpClient _http;
    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();
    private readonly ConcurrentBag<Call> _done = [];
    private readonly ConcurrentDictionary<string, double> _written = [];
    private readonly ConcurrentDictionary<string, double> _seen = [];
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <param name="address">The replica that is called.</param>
    public OutageCalls(Uri address)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        _receiver.Answer = request =>
        {
            _seen.TryAdd(ValueOf(request), Now);
            return ReceiverAnswer.Ok;
        };
    }

    /// <summary>Seconds since the beginning.</summary>
    public double Now => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>The completed calls.</summary>
    public IReadOnlyCollection<Call> Done => _done;

    /// <summary>How many writes were answered whose webhook was not called yet.</summary>
    public int Undelivered => _written.Keys.Count(value => !_seen.ContainsKey(value));

    public async Task Register()
    {
        using var answer = await _http.PostAsync(new Uri("/webhooks", UriKind.Relative), Calls.Json(
            $$"""{"key":"*","event":"*","endpoint":"{{_receiver.Uri}}","add_event_data":true}"""));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Calls until it is cancelled, and waits for the last answers.</summary>
    public async Task Run(CancellationToken over)
    {
        var calls = new List<Task>();
        for (var number = 0; !over.IsCancellationRequested; number++)
        {
            var rest = TimeSpan.FromSeconds((double)number / PerSecond) - Stopwatch.GetElapsedTime(_start);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            calls.Add(One(number));
        }
        await Task.WhenAll(calls);
    }

    /// <summary>By how much the webhook of a write came later than the write's answer, at most.</summary>
    /// <param name="from">Of the writes that were answered since.</param>
    public double LatestWebhook(double from) => _written.Where(write => write.Value >= from)
        .Max(write => _seen.TryGetValue(write.Key, out var seen) ? seen - write.Value : double.PositiveInfinity);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _receiver.DisposeAsync();
    }

    private static string ValueOf(ReceivedRequest request)
    {
        using var json = JsonDocument.Parse(request.Body);
        return json.RootElement.GetProperty("event").GetProperty("value").GetString()!;
    }

    private async Task One(int number)
    {
        var isWrite = number % 2 == 0;
        var path = new Uri($"/kv/{Calls.Key(number % Keys)}", UriKind.Relative);
        var value = number.ToString(CultureInfo.InvariantCulture);
        var sent = Now;
        try
        {
            using var answer = await (isWrite
                ? _http.PutAsync(path, Calls.Json($$"""{"value":"{{value}}"}"""))
                : _http.GetAsync(path));
            // A key may not be there yet.
            var isGood = answer.IsSuccessStatusCode || (!isWrite && answer.StatusCode == HttpStatusCode.NotFound);
            _done.Add(new Call(sent, Now, isGood, answer.Headers.Contains("KV-Outcome")));
            if (isWrite && isGood)
                _written[value] = Now;
        }
        catch (HttpRequestException)
        {
            _done.Add(new Call(sent, Now, IsGood: false, IsUnknown: isWrite));
        }
    }

    /// <param name="Sent">When it was sent.</param>
    /// <param name="Ended">When it was answered.</param>
    /// <param name="IsGood">Whether it succeeded.</param>
    /// <param name="IsUnknown">Whether it is a write that may have happened.</param>
    internal sealed record Call(double Sent, double Ended, bool IsGood, bool IsUnknown);
}
