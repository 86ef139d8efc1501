using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A page of a history has changes of the store, the newest first and no more than were requested. It leaves
/// none out from the newest, or from its cursor, through its end: the next cursor, the oldest revision that the store
/// keeps, or the first change.
/// </summary>
internal sealed class HistoryChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        var (next, known) = (0, 0L);
        foreach (var call in evidence.Calls)
        {
            for (; next < evidence.Facts.Count && evidence.Facts[next].At < call.Start; next++)
                known = Math.Max(known, evidence.Facts[next].Revision);
            if (call is { Kind: CallKind.History, Outcome: CallOutcome.Ok, Answer: { Status: 200 or 404 } answer })
                foreach (var fault in Of(evidence, call, answer, Math.Min(known, call.Before - 1 ?? long.MaxValue)))
                    yield return $"{fault}: {CallText.Of(call)}";
        }
    }

    private static IEnumerable<string> Of(Evidence evidence, Call call, Answer answer, long through)
    {
        var name = new KeyName(call.Tenant, call.Operations[0].Key);
        if (answer.Events.Count > call.Limit)
            yield return $"returned {answer.Events.Count} changes, asked for {call.Limit}";
        var before = call.Before ?? long.MaxValue;
        foreach (var seen in answer.Events)
        {
            if (seen.Revision >= before)
                yield return $"returned revision {seen.Revision} after {before}";
            before = seen.Revision;
            if (evidence.Store.ChangeAt(name, seen.Revision) is not { } change)
                yield return $"returned a change at revision {seen.Revision}, which the store does not have";
            else if (
                new SeenChange(seen.Event, seen.Value, seen.ExpireAt, seen.Reason)
                    .Difference(evidence, change) is { } difference)
                yield return $"{difference}; the store has {change}";
        }
        var oldest = answer.OldestRevision ?? 0;
        if (oldest > 0 && !evidence.IsCompacted(oldest - 1, call.End))
            yield return $"the oldest revision is {oldest}, although nothing through it was compacted";
        // The present value at the oldest revision may have been written before it.
        if (
            oldest > 0 && !IsCompactedDuring(evidence, call)
                && answer.Events.SkipLast(1).Any(seen => seen.Revision < oldest))
            yield return $"returned changes before the oldest revision {oldest}";
        var newest = Math.Max(through, answer.Events is [var first, ..] ? first.Revision : 0);
        var missing = evidence.Store.Of(name)
            .Where(change => change.Revision <= newest && change.Revision > oldest && !(change.Revision < answer.Before)
                && !answer.Events.Any(seen => seen.Revision == change.Revision)
                // 404 does not have the oldest revision.
                && (answer.Status == 200 || !evidence.IsCompacted(change.Revision - 1, call.End)))
            .ToList();
        if (missing.Count > 0)
            yield return $"left out {CallText.Some(missing, change => change.ToString())}";
    }

    private static bool IsCompactedDuring(Evidence evidence, Call call) => evidence.All<Fault>()
        .Any(fault => fault.Kind == Fault.Compact && fault.Start <= call.End && fault.End >= call.Start);
}
