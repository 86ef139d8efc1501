using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A key lives as long as it was asked to, or up to a second longer: no answer shows it behind that, and the store does
/// not remove it before.
/// </summary>
internal sealed class ExpiryChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence) =>
        Shown(evidence).Concat(Given(evidence)).Concat(Removed(evidence));

    private static IEnumerable<string> Shown(Evidence evidence)
    {
        foreach (var call in evidence.Calls.Where(call => call.Outcome == CallOutcome.Ok && call.Answer is not null))
        {
            if (call.Kind is CallKind.Put or CallKind.Post or CallKind.Patch)
                continue;
            foreach (var key in call.Answer!.Keys.Where(key => key.Value is not null))
                if (!evidence.Clock.MayStand(key.ExpireAt, call.Start))
                    yield return $"shows '{key.Key}', which expired at {key.ExpireAt}, "
                        + $"{Behind(evidence, key.ExpireAt!.Value, call)} s before: " +
                        CallText.Of(call);
        }
    }

    private static string Behind(Evidence evidence, long expireAt, Call call) =>
        CallText.Time(evidence.Clock.Wall(call.Start) - expireAt * 1_000_000);

    private static IEnumerable<string> Given(Evidence evidence)
    {
        foreach (var write in evidence.Writes.Where(write => write is { Fate: WriteFate.Done, Result: not null }))
        {
            if (write.Operation.Kind == OperationKind.Delete)
                continue;
            var (asked, given) = (write.Operation.Ttl is > 0 and var ttl ? ttl : (long?)null, write.Result!.ExpireAt);
            if (asked is null != given is null)
                yield return $"asked for {(asked is null ? "no time to live" : $"{asked} s to live")}, given "
                    + $"{(given is null ? "none" : $"until {given}")}: " +
                    write.Text;
            else if (given < evidence.Clock.EarliestExpiry(write.Request.Start, asked ?? 0)
                || given > evidence.Clock.LatestExpiry(write.Request.End, asked ?? 0))
                yield return $"asked for {asked} s to live, given until {given}: {write.Text}";
        }
    }

    private static IEnumerable<string> Removed(Evidence evidence)
    {
        var removals = evidence.Store.InOrder.Where(
            change => change.IsRemoved && Evidence.MayBeExpired(change) && !evidence.MayBeDeleted(change));
        var facts = evidence.Facts;
        foreach (var removal in removals)
            // The first fact about its revision shows by when it had happened.
            if (
                FirstToKnow(facts, removal.Revision) is { } fact
                    && !evidence.Clock.MayBeGone(removal.Before!.ExpireAt, fact.At))
                yield return $"{removal}, which no call deleted, was to live until {removal.Before.ExpireAt}; known "
                    + $"before by {fact.Source()}";
    }

    private static Fact? FirstToKnow(IReadOnlyList<Fact> facts, long revision)
    {
        foreach (var fact in facts)
            if (fact.Revision >= revision)
                return fact;
        return null;
    }
}
