using System.Diagnostics.Metrics;
using Kv.Domain.Watching;

namespace Kv.Api.Overview;

/// <summary>
/// Counts requests and calls of webhooks from the measurements of existing metrics. Counting allocates nothing.
/// </summary>
internal sealed class Measurements : IDisposable
{
    private const string Requests = "http.server.request.duration";
    private const string Attempts = "kv.delivery.attempt.duration";
    private const string Watch = "watch";
    private const double Shortest = 0.000_05;
    private const int BucketsOfDoubling = 4;

    private readonly MeterListener _listener = new();

    // From 50 µs to a minute and a half; each bucket ends 19 % above its start.
    private readonly long[] _buckets = new long[84];
    private long _refused;
    private long _failed;
    private long _attemptsAccepted;
    private long _attemptsRefused;
    private long _attemptsUnanswered;

    /// <param name="meters">The meters of this host; other hosts of the process have their own.</param>
    public Measurements(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name is (Requests or Attempts))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
        {
            if (instrument.Name == Requests)
                AddRequest(seconds, tags);
            else
                AddAttempt(tags);
        });
        _listener.Start();
    }

    /// <summary>The figures since the last call.</summary>
    /// <param name="at">The present time.</param>
    /// <param name="lag">The lag of the leader's watch; null on other replicas.</param>
    public OverviewPoint Take(DateTimeOffset at, WatcherLag? lag)
    {
        var counts = new long[_buckets.Length];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = Interlocked.Exchange(ref _buckets[i], 0);
        return new OverviewPoint
        {
            At = at.ToUnixTimeSeconds(),
            Requests = counts.Sum(),
            Refused = Interlocked.Exchange(ref _refused, 0),
            Failed = Interlocked.Exchange(ref _failed, 0),
            P50Ms = Quantile(counts, 0.5),
            P99Ms = Quantile(counts, 0.99),
            LagSeconds = lag is null ? null : Math.Round(lag.Time.TotalSeconds, 3),
            DeliveriesAccepted = Interlocked.Exchange(ref _attemptsAccepted, 0),
            DeliveriesRefused = Interlocked.Exchange(ref _attemptsRefused, 0),
            DeliveriesUnanswered = Interlocked.Exchange(ref _attemptsUnanswered, 0),
        };
    }

    public void Dispose() => _listener.Dispose();

    private void AddAttempt(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
            if (name == "outcome")
                Interlocked.Increment(ref value is "accepted" ? ref _attemptsAccepted
                    : ref value is "refused" ? ref _attemptsRefused
                    : ref _attemptsUnanswered);
    }

    private void AddRequest(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var status = 0;
        foreach (var (name, value) in tags)
            if (name == "http.response.status_code" && value is int code)
                status = code;
            // A watch lasts as long as its client wants.
            else if (name == "http.route" && value is Watch)
                return;
        if (status >= 500)
            Interlocked.Increment(ref _failed);
        else if (status >= 400)
            Interlocked.Increment(ref _refused);
        var bucket = (int)Math.Floor(Math.Log2(Math.Max(seconds, Shortest) / Shortest) * BucketsOfDoubling);
        Interlocked.Increment(ref _buckets[Math.Min(bucket, _buckets.Length - 1)]);
    }

    // The end of the bucket that contains the quantile, in milliseconds; null without requests.
    private static double? Quantile(long[] counts, double share)
    {
        var rest = (long)Math.Ceiling(counts.Sum() * share);
        if (rest == 0)
            return null;
        for (var i = 0; ; i++)
            if ((rest -= counts[i]) <= 0)
                return Math.Round(1000 * Shortest * Math.Pow(2, (i + 1.0) / BucketsOfDoubling), 2);
    }
}
