using System.Net;
using System.Net.Http.Headers;

namespace Kv.Benchmarks.Soak;

/// <summary>
/// Watches and long polls that come and go. Each watch lasts some seconds; half of them resume where the last one
/// ended, on any replica.
/// </summary>
internal sealed class SoakWatchers(SoakReplicas replicas, SoakTotals totals) : IDisposable
{
    private const int Watches = 20;
    private const int LongPolls = 5;
    private const int LongestSeconds = 20;
    private const int LongPollSeconds = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public Task Run(CancellationToken over) => Task.WhenAll(
    [
        .. Enumerable.Range(0, Watches).Select(number => Task.Run(() => Watch(number, over), over)),
        .. Enumerable.Range(0, LongPolls).Select(number => Task.Run(() => Poll(number, over), over)),
    ]);

    public void Dispose() => _http.Dispose();

    private async Task Watch(int number, CancellationToken over)
    {
        string? last = null;
        while (true)
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(over);
            ends.CancelAfter(TimeSpan.FromSeconds(1 + (Random.Shared.NextDouble() * LongestSeconds)));
            try
            {
                last = await Follow($"/watch?prefix={SoakLoad.Key(100 * number)[..7]}", last, ends.Token);
            }
            catch (OperationCanceledException) when (!over.IsCancellationRequested)
            {
                // The reader goes, as readers do.
            }
            catch (Exception e) when (!over.IsCancellationRequested)
            {
                totals.Failed($"watch: {e.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1), over);
            }
            if (Random.Shared.Next(2) == 0)
                last = null;
        }
    }

    /// <summary>Reads a watch until the replica ends it.</summary>
    /// <returns>The last id that came.</returns>
    private async Task<string?> Follow(string path, string? last, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replicas.Next(), path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        totals.Watch();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                last = line[4..];
            else if (line == "event: gone")
                totals.Failed("watch: gone, though what it wants is not compacted");
            else if (line.StartsWith("event: ", StringComparison.Ordinal) && line != "event: position")
                totals.Event();
        }
        return last;
    }

    private async Task Poll(int number, CancellationToken over)
    {
        var tag = "\"0\"";
        while (true)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri(replicas.Next(), $"/kv/{SoakLoad.Key(number)}?wait={LongPollSeconds}"));
            request.Headers.Add("If-None-Match", tag);
            try
            {
                using var answer = await _http.SendAsync(request, over);
                totals.Watch();
                // At its end a wait is answered 304, with the ETag of the key.
                if (answer.StatusCode
                    is not (HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.NotModified))
                    totals.Failed(
                        $"long poll: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(over)}");
                tag = answer.StatusCode == HttpStatusCode.NotFound ? "\"0\"" : answer.Headers.ETag?.ToString() ?? tag;
            }
            catch (Exception e) when (!over.IsCancellationRequested)
            {
                totals.Failed($"long poll: {e.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1), over);
            }
        }
    }
}
