using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Proof that a revision existed at a time: an answer, a watch event or a webhook call.</summary>
/// <param name="At">The time.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Source">Describes the proof.</param>
internal readonly record struct Fact(long At, long Revision, Func<string> Source)
{
    /// <summary>All facts of a run about revisions, in the order of the times.</summary>
    public static IReadOnlyList<Fact> Of(
        IEnumerable<Call> calls, IEnumerable<WatchEvent> events, IEnumerable<WebhookArrival> arrivals) =>
    [
        .. calls.Where(call => call.Answer?.Revision is not null)
            .Select(call => new Fact(call.End, call.Answer!.Revision!.Value, () => CallText.Of(call)))
            .Concat(events.Where(one => (one.ETag ?? one.Id) is not null)
                .Select(
                    one => new Fact(
                        one.At, (one.ETag ?? one.Id)!.Value, () => $"watch {one.Watch} at {CallText.Time(one.At)}")))
            .Concat(arrivals.Where(one => MessageIds.Revision(one.MessageId) is not null)
                .Select(one => new Fact(
                    one.At, MessageIds.Revision(one.MessageId)!.Value,
                    () => $"webhook call {one.MessageId} at {CallText.Time(one.At)}")))
            .OrderBy(fact => fact.At),
    ];
}
