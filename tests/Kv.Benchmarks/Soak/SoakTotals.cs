using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kv.Benchmarks.Soak;

/// <summary>The counters of the load: calls and their times, events, failures.</summary>
internal sealed class SoakTotals(TextWriter failures)
{
    private readonly ConcurrentDictionary<CallKind, ConcurrentQueue<double>> _taken = new();
    private readonly Lock _writing = new();
    private long _requests;
    private long _failures;
    private long _watchEvents;
    private long _webhookCalls;
    private long _watches;
    private long _webhooks;

    public long Requests => Interlocked.Read(ref _requests);

    public long Failures => Interlocked.Read(ref _failures);

    public long WatchEvents => Interlocked.Read(ref _watchEvents);

    public long WebhookCalls => Interlocked.Read(ref _webhookCalls);

    /// <summary>Watches and long polls that were opened.</summary>
    public long Watches => Interlocked.Read(ref _watches);

    /// <summary>Webhooks that were registered.</summary>
    public long Webhooks => Interlocked.Read(ref _webhooks);

    public void Answered(CallKind kind, long sent)
    {
        Interlocked.Increment(ref _requests);
        _taken.GetOrAdd(kind, _ => new()).Enqueue(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
    }

    public void Event() => Interlocked.Increment(ref _watchEvents);

    public void Call() => Interlocked.Increment(ref _webhookCalls);

    public void Watch() => Interlocked.Increment(ref _watches);

    public void Webhook() => Interlocked.Increment(ref _webhooks);

    /// <summary>Records a failure: there must be none while the store is healthy.</summary>
    public void Failed(string what)
    {
        Interlocked.Increment(ref _failures);
        lock (_writing)
        {
            failures.WriteLine(what);
            failures.Flush();
        }
    }

    /// <summary>Takes the times of a kind of call since the last time, in order, in milliseconds.</summary>
    public IReadOnlyList<double> Take(CallKind kind)
    {
        var taken = new List<double>();
        if (_taken.TryGetValue(kind, out var queue))
            while (queue.TryDequeue(out var one))
                taken.Add(one);
        taken.Sort();
        return taken;
    }
}

/// <summary>The kinds of calls whose times are recorded separately.</summary>
internal enum CallKind
{
    Get,
    Put,
    Other,
}
