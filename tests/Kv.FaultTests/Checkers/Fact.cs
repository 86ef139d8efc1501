using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Somebody knew of a revision: it had happened by then.</summary>
/// <param name="At">When it was known.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Source">Tells by what.</param>
internal readonly record struct Fact(long At, long Revision, Func<string> Source)
{
    /// <summary>All that a run tells of revisions, in the order of the times.</summary>
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
