using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Kv.Api.Tests.Abuse;

/// <summary>
/// A tenant that writes and reads while another one attacks, and notes how long that takes. A call is due every 20 ms,
/// whether or not the one before is answered: one that has to wait for it counts from when it was due. Writes and reads
/// have a thread each, so that the attackers, which share this process, hold neither up.
/// </summary>
internal static class Neighbour
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs an attack, or nothing, and the neighbour beside it.</summary>
    /// <param name="target">What is attacked.</param>
    /// <param name="attack">The attack; null for none.</param>
    /// <param name="isOver">Whether the attack has ended, by what was told so far and how long it took.</param>
    public static async Task<Told> Run(AbuseTarget target, Attack? attack, Func<Told, TimeSpan, bool> isOver)
    {
        using var over = new CancellationTokenSource();
        var told = new Told();
        var start = Stopwatch.GetTimestamp();
        var attackers = attack is null ? [] : Enumerable.Range(0, attack.Attackers)
            .Select(number => Repeat(target, attack, number, told, over.Token)).ToArray();
        await Task.WhenAll(
            OnThread(() => Call(Write, told.Writes)), OnThread(() => Call(Read, told.Reads)));
        await over.CancelAsync();
        await Task.WhenAll(attackers);
        return told;

        void Call(Func<int, HttpRequestMessage> next, ConcurrentBag<double> times)
        {
            for (var number = 0; !isOver(told, Stopwatch.GetElapsedTime(start)); number++)
            {
                var due = start + (long)(number * Pace.TotalSeconds * Stopwatch.Frequency);
                if (Stopwatch.GetTimestamp() < due)
                {
                    Thread.Sleep(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due));
                    due = Stopwatch.GetTimestamp();
                }
                if (IsAnswered(target.Neighbour, next(number)))
                    times.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
                else
                    told.Missed();
            }
        }
    }

    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static HttpRequestMessage Write(int number) => Of(new HttpRequestMessage(HttpMethod.Put, Path(number))
    {
        Content = new StringContent($$"""{"value":"{{number}}"}""") { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    });

    private static HttpRequestMessage Read(int number) => Of(new HttpRequestMessage(HttpMethod.Get, Path(number)));

    private static Uri Path(int number) => new($"/kv/own{number % 100}", UriKind.Relative);

    private static HttpRequestMessage Of(HttpRequestMessage request)
    {
        request.Headers.Add("KV-Namespace", AbuseTarget.NeighbourSpace);
        request.Headers.Add("KV-App-Name", AbuseTarget.App);
        return request;
    }

    private static bool IsAnswered(HttpClient http, HttpRequestMessage request)
    {
        using (request)
            try
            {
                using var answer = http.Send(request);
                return answer.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
            {
                return false;
            }
    }

    private static async Task Repeat(AbuseTarget target, Attack attack, int number, Told told, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                await attack.Once(target, number, told, over);
            }
            catch (Exception error) when (
                error is HttpRequestException or OperationCanceledException or IOException or SocketException)
            {
                // It was cut off, or its time is over.
                told.Answered("");
            }
        }
    }
}
