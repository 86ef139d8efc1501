using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A change in an answer, a watch event or a webhook call has happened: a call that begins later is as of its revision
/// or a later one, on any replica, and a write takes a later one.
/// </summary>
internal sealed class RevisionOrderChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        var (next, highest) = (0, default(Fact));
        foreach (var call in evidence.Calls)
        {
            for (; next < evidence.Facts.Count && evidence.Facts[next].At < call.Start; next++)
                if (evidence.Facts[next].Revision > highest.Revision)
                    highest = evidence.Facts[next];
            if (!IsPresent(call) || call.Answer?.Revision is not { } revision)
                continue;
            if (revision < highest.Revision)
                yield return $"answered as of revision {revision}, although revision {highest.Revision} was known "
                    + "before: " +
                    $"{CallText.Of(call)}; known by {highest.Source()}";
            else if (revision == highest.Revision && Took(call))
                yield return $"wrote at revision {revision}, which was known before: {CallText.Of(call)}; known by "
                    + $"{highest.Source()}";
        }
    }

    // Whether the answer must be as of the present: neither stale, nor of the past, nor a repeat.
    private static bool IsPresent(Call call) => call is
    {
        Outcome: CallOutcome.Ok, IsSerializable: false, AtRevision: null, IsLaterPage: false, Answer.IsReplayed: false,
        Kind: not CallKind.History and not CallKind.Other,
    };

    private static bool Took(Call call) =>
        call.Kind is CallKind.Put or CallKind.Post or CallKind.Patch && call.Answer!.Status < 300;
}
