using System.Diagnostics;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>One call of the store, from its beginning to its outcome. It costs no memory of its own.</summary>
internal readonly struct StoreCall
{
    private readonly string _operation;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly Activity? _span;

    private StoreCall(string operation, TimeProvider time, long began, Activity? span) =>
        (_operation, _time, _began, _span) = (operation, time, began, span);

    public static StoreCall Begin(string operation, TimeProvider time) => new(
        operation, time, StoreMetrics.OperationDuration.Enabled ? time.GetTimestamp() : 0,
        Telemetry.IsTracing ? Telemetry.StartSpan($"store {operation}") : null);

    /// <summary>It was answered.</summary>
    public void Succeeded() => End("ok", hasFailed: false);

    /// <summary>A transaction was answered.</summary>
    /// <param name="held">Whether its compares held.</param>
    public void Committed(bool held) => End(held ? "ok" : "condition_failed", hasFailed: false);

    /// <summary>It was not answered, or with a refusal.</summary>
    public void Failed(Exception error) => End(
        error switch
        {
            StoreUnavailableException { OutcomeUnknown: true } => "unknown",
            StoreUnavailableException => "unavailable",
            StoreOutOfSpaceException => "out_of_space",
            StoreRejectedException => "rejected",
            RevisionCompactedException => "compacted",
            RevisionInFutureException => "in_future",
            OperationCanceledException => "cancelled",
            _ => "fault",
        },
        hasFailed: true);

    private void End(string outcome, bool hasFailed)
    {
        if (_span is not null)
        {
            _span.SetTag("outcome", outcome);
            if (hasFailed)
                _span.SetStatus(ActivityStatusCode.Error, outcome);
            _span.Dispose();
        }
        if (_began != 0)
            StoreMetrics.OperationDuration.Record(
                _time.GetElapsedTime(_began).TotalSeconds,
                new KeyValuePair<string, object?>("operation", _operation),
                new KeyValuePair<string, object?>("outcome", outcome));
    }
}
