using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Kv.WebhookBench;

/// <summary>The measurements: how soon calls arrive, how many a second, and what they cost etcd.</summary>
internal sealed class Measurements(Servers servers, Receiver receiver)
{
    private const int Keys = 1000;
    private const int Writers = 32;

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private long _number;

    /// <summary>
    /// Writes at a fixed rate, even if answers are slow, and measures for each event how long after its write was sent,
    /// and after it was acknowledged, its call arrived.
    /// </summary>
    public async Task<IReadOnlyList<(double FromSent, double FromCommit)>> Latency(int perSecond, TimeSpan duration)
    {
        var arrivals = new ConcurrentDictionary<long, long>();
        var written = new ConcurrentDictionary<long, (long Sent, long Committed)>();
        var writes = new List<Task>();
        receiver.Arrived = (number, at) => arrivals.TryAdd(number, at);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(start) < duration; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(start);
            if (due > TimeSpan.Zero)
                await Task.Delay(due);
            writes.Add(Write(++_number));
        }
        await Task.WhenAll(writes);
        await Until(() => arrivals.Count == written.Count);
        return
        [
            .. written.Select(write => (
                Stopwatch.GetElapsedTime(write.Value.Sent, arrivals[write.Key]).TotalMilliseconds,
                // The call may be there before the acknowledgement is.
                Math.Max(0, Stopwatch.GetElapsedTime(write.Value.Committed, arrivals[write.Key]).TotalMilliseconds))),
        ];

        async Task Write(long number)
        {
            var sent = Stopwatch.GetTimestamp();
            await servers.Write((int)(number % Keys), number);
            written[number] = (sent, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>
    /// Writes as fast as calls arrive: never more than <paramref name="ahead"/> events are written and not yet sent to
    /// all of <paramref name="webhooks"/>. So the measured rate is sustainable.
    /// </summary>
    /// <returns>Calls per second.</returns>
    public async Task<double> Rate(int webhooks, int ahead, TimeSpan duration)
    {
        using var room = new SemaphoreSlim(ahead);
        var missing = new ConcurrentDictionary<long, StrongBox<int>>();
        receiver.Arrived = (number, at) =>
        {
            if (
                missing.TryGetValue(number, out var left) && Interlocked.Decrement(ref left.Value) == 0
                    && missing.TryRemove(number, out _))
                room.Release();
        };
        using var over = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(_ => Task.Run(Write)).ToList();
        await Task.Delay(Settled);
        var (before, start) = (receiver.Count, Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        var (after, elapsed) = (receiver.Count, Stopwatch.GetElapsedTime(start));
        await over.CancelAsync();
        await Task.WhenAll(writers);
        await Until(() => missing.IsEmpty);
        return (after - before) / elapsed.TotalSeconds;

        async Task Write()
        {
            while (!over.IsCancellationRequested)
            {
                if (!await room.WaitAsync(TimeSpan.FromMilliseconds(100)))
                    continue;
                var number = Interlocked.Increment(ref _number);
                missing[number] = new StrongBox<int>(webhooks);
                await servers.Write((int)(number % Keys), number);
            }
        }
    }

    /// <summary>
    /// Makes one write after the other, each of which all webhooks receive, and counts the other writes of etcd.
    /// </summary>
    public async Task<(long Calls, long Writes, long CursorSaves, long Proposals)> Cost(int webhooks, int events)
    {
        var arrived = 0L;
        receiver.Arrived = (_, _) => Interlocked.Increment(ref arrived);
        await CursorAtRest();
        var proposals = await servers.Proposals();
        var saves = await servers.CursorSaves();
        for (var i = 0; i < events; i++)
        {
            await servers.Write(i % Keys, ++_number);
            await Until(() => Interlocked.Read(ref arrived) >= (i + 1L) * webhooks);
        }
        await CursorAtRest();
        return (arrived, events, await servers.CursorSaves() - saves, await servers.Proposals() - proposals);
    }

    // It is saved once a second while it moves.
    private async Task CursorAtRest()
    {
        for (long saves = -1, now; (now = await servers.CursorSaves()) != saves; saves = now)
            await Task.Delay(Settled);
    }

    private static async Task Until(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException("Not every call arrived.");
            await Task.Delay(1);
        }
    }
}
