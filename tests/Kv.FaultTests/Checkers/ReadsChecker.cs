using Kv.FaultTests.Checkers.Linearizability;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A read returns the state of the store at the answer's <c>KV-Revision</c>: linearizable, serializable and past reads,
/// and those of transactions. A serializable read is at least as fresh as it was asked to be.
/// </summary>
internal sealed class ReadsChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var call in evidence.Calls)
        {
            if (call is not { Outcome: CallOutcome.Ok, Answer: { } answer })
                continue;
            var broken = call.Kind switch
            {
                CallKind.Get => OfGet(evidence, call, answer),
                CallKind.Transaction when answer is { IsReplayed: false, Succeeded: not null } => OfTransaction(
                    evidence, call, answer),
                _ => [],
            };
            foreach (var text in broken)
                yield return $"{text}: {CallText.Of(call)}";
        }
    }

    private static IEnumerable<string> OfGet(Evidence evidence, Call call, Answer answer)
    {
        if (answer.Status is not (200 or 304 or 404))
            yield break;
        if (answer.Revision is not { } revision)
        {
            yield return "the answer does not tell its revision";
            yield break;
        }
        if (call.AtRevision is { } past && past != revision)
            yield return $"asked for revision {past}, answered as of {revision}";
        if (revision < call.MinRevision)
            yield return $"asked for revision {call.MinRevision} or later, answered as of {revision}";
        var name = new KeyName(call.Tenant, call.Operations[0].Key);
        if (
            Sightings.OfRead(call) is { } seen
                && Difference(evidence, call, evidence.Store.At(name, revision), seen) is { } difference)
            yield return $"at revision {revision} {difference}";
    }

    private static IEnumerable<string> OfTransaction(Evidence evidence, Call call, Answer answer)
    {
        var branch = answer.Succeeded == true ? call.Operations : call.Otherwise ?? [];
        if (answer.Revision is not { } revision)
        {
            yield return "the answer does not tell its revision";
            yield break;
        }
        foreach (var (i, operation) in branch.Index())
        {
            if (operation.Kind != OperationKind.Get)
                continue;
            // It sees the operations before it in the same transaction, and not those after it.
            var name = new KeyName(call.Tenant, operation.Key);
            var isWrittenLater = branch.Skip(i + 1)
                .Any(later => later.Key == operation.Key && later.Kind != OperationKind.Get);
            var stood = evidence.Store.At(name, isWrittenLater ? revision - 1 : revision);
            if (Difference(evidence, call, stood, Sightings.Of(answer.Keys[i])) is { } difference)
                yield return $"at revision {revision} {difference}";
        }
    }

    private static string? Difference(Evidence evidence, Call call, KeyVersion? stood, Sighting seen)
    {
        if (!seen.Exists)
            return stood is null || evidence.Clock.MayBeGone(stood.ExpireAt, call.End)
                ? null
                : $"the store had {stood}, and none was answered";
        if (stood is null)
            return $"the store had no such key, and {seen.Value ?? "one"}@{seen.ETag} was answered";
        return (seen.Value ?? stood.Value) == stood.Value && (seen.ETag ?? stood.Revision) == stood.Revision
            && (seen.Expiry is not { } expiry || expiry == Expiry.At(stood.ExpireAt))
                ? null
                : $"the store had {stood}, and {seen.Value ?? "one"}@{seen.ETag} was answered";
    }
}
