using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>One call of the store, from its beginning to its outcome. It costs no memory of its own.</summary>
internal readonly struct StoreCall
{
    private readonly string _operation;
    private readonly TimeProvider _time;
    private readonly long _began;

    private StoreCall(string operation, TimeProvider time, long began) => (_operation, _time, _began) = (operation, time, began);

    public static StoreCall Begin(string operation, TimeProvider time) =>
        new(operation, time, StoreMetrics.OperationDuration.Enabled ? time.GetTimestamp() : 0);

    /// <summary>It was answered.</summary>
    public void Succeeded() => End("ok");

    /// <summary>A transaction was answered.</summary>
    /// <param name="held">Whether its compares held.</param>
    public void Committed(bool held) => End(held ? "ok" : "condition_failed");

    /// <summary>It was not answered, or with a refusal.</summary>
    public void Failed(Exception error) => End(error switch
    {
        StoreUnavailableException { OutcomeUnknown: true } => "unknown",
        StoreUnavailableException => "unavailable",
        StoreOutOfSpaceException => "out_of_space",
        StoreRejectedException => "rejected",
        RevisionCompactedException => "compacted",
        RevisionInFutureException => "in_future",
        OperationCanceledException => "cancelled",
        _ => "fault",
    });

    private void End(string outcome)
    {
        if (_began != 0)
            StoreMetrics.OperationDuration.Record(
                _time.GetElapsedTime(_began).TotalSeconds,
                new KeyValuePair<string, object?>("operation", _operation),
                new KeyValuePair<string, object?>("outcome", outcome));
    }
}
