using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Conditions hold of the state that a write met, and do not hold of the state by which it was refused; of all writes
/// that depend on one revision of a key, one wins.
/// </summary>
internal sealed class ConditionsChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence) =>
        Winners(evidence).Concat(evidence.Requests.SelectMany(request => Of(evidence, request)));

    private static IEnumerable<string> Winners(Evidence evidence) => evidence.Writes
        .Where(write => write.Fate == WriteFate.Done)
        .SelectMany(
            write => write.Conditions.Where(one => one.Kind == ConditionKind.WrittenAt)
                .Select(one => (write, one.Revision)))
        .GroupBy(one => (one.write.Name, one.Revision), one => one.write)
        .Where(winners => winners.Count() > 1)
        .Select(
            winners =>
                $"{winners.Count()} writes of {winners.Key.Name} won under the one condition that it was last "
                    + "written at " +
            $"{winners.Key.Revision}: {CallText.Some([.. winners], winner => winner.Text)}");

    private static IEnumerable<string> Of(Evidence evidence, Request request)
    {
        if (request.Done is { Answer.Revision: { } done } won && won.Kind is not CallKind.Get and not CallKind.Bulk)
        {
            var taken = won.Answer!.Succeeded == false ? won.Otherwise ?? [] : won.Operations;
            var results = won.Conditions.Select(
                one => (one, May: May(evidence, one, new Moment(won.Tenant, request.Start, won.End, done), taken)))
                    .ToList();
            if (won.Answer.Succeeded == false)
            {
                if (results.Count > 0 && results.TrueForAll(one => !one.May.Fail))
                    yield return $"not succeeded, although every compare held: {CallText.Of(won)}";
            }
            else
            {
                foreach (var (condition, may) in results.Where(one => !one.May.Hold))
                    yield return $"done, although its condition on '{condition.Key}' did not hold; it was "
                        + $"{may.Found}: {CallText.Of(won)}";
            }
        }
        foreach (var refused in request.Refused.Where(call => call.Answer is { Status: 412, Revision: not null }))
        {
            var results = refused.Conditions.Select(one => May(evidence, one, Moment.Of(refused), [])).ToList();
            if (results.Count > 0 && results.TrueForAll(one => !one.Fail))
                yield return $"refused, although every condition held; it was {results[0].Found}: "
                    + $"{CallText.Of(refused)}";
        }
    }

    private static (bool Hold, bool Fail, string Found) May(
        Evidence evidence, KeyCondition condition, Moment moment, IReadOnlyList<KeyOperation> taken)
    {
        var name = new KeyName(moment.Tenant, condition.Key);
        var isWritten = taken.Any(one => one.Key == condition.Key && one.Kind != OperationKind.Get);
        // Nothing else touches a key at the revision of a write that depends on it.
        var met = isWritten && evidence.Store.ChangeAt(name, moment.Revision) is { } change
            ? change.Before
            : evidence.Store.At(name, moment.Revision);
        var states = new List<KeyVersion?>();
        if (met is null || evidence.Clock.MayBeGone(met.ExpireAt, moment.End))
            states.Add(null);
        if (met is not null && evidence.Clock.MayStand(met.ExpireAt, moment.Start))
            states.Add(met);
        return (states.Exists(state => Holds(condition, state)), states.Exists(
            state => !Holds(condition, state)), met?.ToString() ?? "absent");
    }

    private static bool Holds(KeyCondition condition, KeyVersion? state) => condition.Kind switch
    {
        ConditionKind.Absent => state is null,
        ConditionKind.Exists => state is not null,
        ConditionKind.WrittenAt => (state?.Revision ?? 0) == condition.Revision,
        ConditionKind.NotWrittenAt => (state?.Revision ?? 0) != condition.Revision,
        _ => state is not null && state.Value == condition.Value,
    };

    // When a condition was judged, and as of which revision.
    private readonly record struct Moment(string Tenant, long Start, long End, long Revision)
    {
        public static Moment Of(Call call) => new(call.Tenant, call.Start, call.End, call.Answer!.Revision!.Value);
    }
}
