using System.Diagnostics;
using Kv.Domain.Storage;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage;

/// <summary>One call of the store, from its beginning to its outcome. It allocates nothing.</summary>
internal readonly struct StoreCall
{
    private readonly string _operation;
    private readonly StoreAvailability? _availability;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly Activity? _span;

    private StoreCall(
        string operation, StoreAvailability? availability, TimeProvider time, long began, Activity? span) =>
        (_operation, _availability, _time, _began, _span) = (operation, availability, time, began, span);

    /// <param name="operation">The operation.</param>
    /// <param name="availability">
    /// Records from the outcome whether the store answers; null for a call that one member may answer by itself.
    /// </param>
    /// <param name="time">The clock.</param>
    public static StoreCall Begin(string operation, StoreAvailability? availability, TimeProvider time) => new(
        operation, availability, time, StoreTelemetry.OperationDuration.Enabled ? time.GetTimestamp() : 0,
        Telemetry.IsTracing ? Telemetry.StartSpan($"store {operation}") : null);

    /// <summary>The call was answered.</summary>
    public void Succeeded()
    {
        _availability?.Answered();
        End("ok", hasFailed: false);
    }

    /// <summary>A transaction was answered.</summary>
    /// <param name="held">Whether its compares held.</param>
    public void Committed(bool held)
    {
        _availability?.Answered();
        End(held ? "ok" : "condition_failed", hasFailed: false);
    }

    /// <summary>The call was refused or got no answer.</summary>
    public void Failed(Exception error)
    {
        if (error is StoreUnavailableException failure)
            _availability?.Failed(failure);
        else if (error is StoreException)
            _availability?.Answered();
        End(
            error switch
            {
                StoreUnavailableException { OutcomeUnknown: true } => "unknown",
                StoreUnavailableException => "unavailable",
                StoreOutOfSpaceException => "out_of_space",
                StoreRejectedException => "rejected",
                StoreRestoredException => "restored",
                RevisionCompactedException => "compacted",
                RevisionInFutureException => "in_future",
                OperationCanceledException => "cancelled",
                _ => "fault",
            },
            hasFailed: true);
    }

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
            StoreTelemetry.OperationDuration.Record(
                _time.GetElapsedTime(_began).TotalSeconds,
                new KeyValuePair<string, object?>("operation", _operation),
                new KeyValuePair<string, object?>("outcome", outcome));
    }
}
