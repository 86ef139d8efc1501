using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace Kv.Benchmarks.Growth;

/// <summary>Calls of Kv, and how long they take.</summary>
internal static class Calls
{
    private const int BulkItems = 1000;

    private static readonly TimeSpan UntilCompiled = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// Makes a call after another until Kv has compiled itself for good, where one process is measured several times:
    /// it would grow and become faster from one time to the next.
    /// </summary>
    public static async Task BurnIn(Func<int, Task> call)
    {
        var number = 0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < UntilCompiled;)
            await call(number++);
    }

    /// <summary>Makes a call after another for a while.</summary>
    /// <returns>The median time of a call, in milliseconds.</returns>
    public static async Task<double> Median(Func<int, Task> call)
    {
        var number = 0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
            await call(number++);
        var taken = new List<double>();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Duration || taken.Count < 20;)
        {
            var next = number++;
            taken.Add(await Once(() => call(next)));
        }
        taken.Sort();
        return taken[taken.Count / 2];
    }

    /// <summary>The time of a call, in milliseconds.</summary>
    public static async Task<double> Once(Func<Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static Task Put(this HttpClient http, string key, string value) =>
        http.Put(key, Json($"{{\"value\":\"{value}\"}}"));

    public static Task PutRaw(this HttpClient http, string key, byte[] value) =>
        http.Put(key, new ByteArrayContent(value)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        });

    public static async Task Get(this HttpClient http, string path, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.ParseAdd(accept);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null);
    }

    /// <summary>Writes keys "k0000000" and on, many in a request.</summary>
    public static Task Load(this HttpClient http, int from, int to, string value) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from).Chunk(BulkItems),
        new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (numbers, cancellationToken) =>
        {
            var items = numbers.Select(number => new { op = "set", key = Key(number), value });
            using var answer = await http.PostAsJsonAsync("/bulk", items, cancellationToken);
            answer.EnsureSuccessStatusCode();
        });

    public static string Key(int number) => $"k{number:D7}";

    public static ByteArrayContent Json(string json) => new(Encoding.UTF8.GetBytes(json))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };

    private static async Task Put(this HttpClient http, string key, HttpContent content)
    {
        using (content)
        {
            using var answer = await http.PutAsync(new Uri($"/kv/{key}", UriKind.Relative), content);
            answer.EnsureSuccessStatusCode();
        }
    }
}
