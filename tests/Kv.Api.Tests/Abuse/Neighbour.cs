using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using Kv.Attacker;

namespace Kv.Api.Tests.Abuse;

/// <summary>
/// A tenant that writes and reads while another one attacks, and notes how long that takes. A call is due every 20 ms,
/// whether or not the call before it is answered. A call that waits for the call before it counts from the time at
/// which it was due. Writes and reads have a thread each.
/// </summary>
internal static class Neighbour
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs an attack, or nothing, and the neighbour beside it.</summary>
    /// <param name="target">The attacked Kv.</param>
    /// <param name="attack">The attack; null for none.</param>
    /// <param name="isOver">Whether the attack has ended, by the answers so far and the elapsed time.</param>
    public static async Task<Outcome> Run(AbuseTarget target, Attack? attack, Func<Outcome, TimeSpan, bool> isOver)
    {
        var outcome = new Outcome();
        await using var attackers = attack is null ? null : AttackerProcess.Start(attack, target, outcome);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            OnThread(() => Call(Write, outcome.Writes)), OnThread(() => Call(Read, outcome.Reads)));
        return outcome;

        void Call(Func<int, HttpRequestMessage> next, ConcurrentBag<double> times)
        {
            for (var number = 0; !isOver(outcome, Stopwatch.GetElapsedTime(start)); number++)
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
                    outcome.Missed();
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
        request.Headers.Add("KV-App-Name", Attacks.App);
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
}
