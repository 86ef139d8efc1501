using System.Diagnostics;
using System.Runtime.CompilerServices;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The store for all callers outside the engine: it measures each call, traces it with its request, and records whether
/// the store answers. The state of the calls is pooled, so that measuring allocates nothing.
/// </summary>
internal sealed class MeasuredStore(
    IStore inner, StoreTelemetry telemetry, StoreAvailability availability, TimeProvider time)
    : StoreDecorator(inner)
{
    public override ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Measure(
            "get", AvailabilityFor(consistency), (Inner, key, consistency, cancellationToken),
            static call => call.Inner.Get(call.key, call.consistency, call.cancellationToken));

    public override ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Measure(
            "get", AvailabilityFor(consistency), (Inner, first, second, consistency, cancellationToken),
            static call => call.Inner.GetPair(call.first, call.second, call.consistency, call.cancellationToken));

    public override Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Measure(
            "range", availability, (Inner, query, cancellationToken),
            static call => new ValueTask<RangePage>(call.Inner.Range(call.query, call.cancellationToken))).AsTask();

    public override Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Measure(
            "count", availability, (Inner, range, revision, cancellationToken),
            static call => new ValueTask<long>(call.Inner.Count(call.range, call.revision, call.cancellationToken)))
            .AsTask();

    public override ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        Measure(
            "commit", availability, (Inner, transaction, cancellationToken),
            static call => call.Inner.Commit(call.transaction, call.cancellationToken));

    // One member may answer a serializable read while the cluster has no leader: it proves nothing about the store.
    private StoreAvailability? AvailabilityFor(ReadConsistency consistency) =>
        consistency == ReadConsistency.Linearizable ? availability : null;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TAnswer> Measure<TCall, TAnswer>(
        string operation, StoreAvailability? learning, TCall call, Func<TCall, ValueTask<TAnswer>> send)
    {
        // The engines do work of several callers at once: it must not wait for the turns of the caller that began it.
        // An async method restores its caller's context.
        SynchronizationContext.SetSynchronizationContext(null);
        var began = telemetry.OperationDuration.Enabled ? time.GetTimestamp() : 0;
        using var span = Telemetry.IsTracing ? Telemetry.StartSpan($"store {operation}") : null;
        var outcome = "ok";
        try
        {
            var answer = await send(call);
            learning?.Answered();
            if (answer is CommitResult { Succeeded: false })
                outcome = "condition_failed";
            return answer;
        }
        catch (Exception error)
        {
            if (error is StoreUnavailableException failure)
                learning?.Failed(failure);
            else if (error is StoreException)
                learning?.Answered();
            outcome = OutcomeOf(error);
            span?.SetStatus(ActivityStatusCode.Error, outcome);
            throw;
        }
        finally
        {
            span?.SetTag("outcome", outcome);
            if (began != 0)
                telemetry.OperationDuration.Record(
                    time.GetElapsedTime(began).TotalSeconds,
                    new KeyValuePair<string, object?>("operation", operation),
                    new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    private static string OutcomeOf(Exception error) => error switch
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
    };
}
