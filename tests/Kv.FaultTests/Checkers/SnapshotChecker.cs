using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Transactions are applied completely or not at all: two keys that are only ever written together are equal in every
/// answer that shows both, and at every revision of the store. A transaction without an outcome has either all its
/// writes at one revision, or none.
/// </summary>
internal sealed class SnapshotChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence) =>
        Seen(evidence).Concat(Stored(evidence)).Concat(WithoutOutcome(evidence));

    private static IEnumerable<string> Seen(Evidence evidence)
    {
        var partners = evidence.Run.Pairs
            .SelectMany(pair => new[]
            {
                (new KeyName(pair.Tenant, pair.First), pair.Second),
                (new KeyName(pair.Tenant, pair.Second), pair.First),
            })
            .ToDictionary(one => one.Item1, one => one.Item2);
        foreach (var call in evidence.Calls.Where(
            call => call is { Outcome: CallOutcome.Ok, Answer.IsReplayed: false, Answer.Status: 200 }))
        {
            if (call.Kind is not (CallKind.Prefix or CallKind.Export or CallKind.Page or CallKind.Transaction))
                continue;
            var shown = Shown(call).GroupBy(key => key.Key).ToDictionary(keys => keys.Key, keys => keys.Last());
            foreach (var key in shown.Values)
                if (partners.TryGetValue(new KeyName(call.Tenant, key.Key), out var other))
                {
                    if (shown.TryGetValue(other, out var partner))
                    {
                        if (
                            string.CompareOrdinal(key.Key, other) < 0
                                && (key.Status == 404, key.Value) != (partner.Status == 404, partner.Value))
                            yield return $"'{key.Key}' is {key.Value ?? "absent"} and '{other}' is "
                                + $"{partner.Value ?? "absent"}, " +
                                $"which are only written together: {CallText.Of(call)}";
                    }
                    else if (
                        call.Kind is CallKind.Prefix or CallKind.Export
                            && other.StartsWith(call.Prefix ?? "", StringComparison.Ordinal))
                    {
                        yield return $"'{key.Key}' is there and '{other}' is not, which are only written together: "
                            + $"{CallText.Of(call)}";
                    }
                }
        }
    }

    // A transaction sees its own writes.
    private static IEnumerable<KeyAnswer> Shown(Call call)
    {
        if (call.Kind != CallKind.Transaction)
            return call.Answer!.Keys.Where(key => key.Value is not null);
        var branch = call.Answer!.Succeeded == true ? call.Operations : call.Otherwise ?? [];
        var written = branch.Where(one => one.Kind != OperationKind.Get).Select(one => one.Key).ToHashSet();
        return call.Answer.Keys.Where(
            key => !written.Contains(key.Key) && (key.Value is not null || key.Status == 404));
    }

    private static IEnumerable<string> Stored(Evidence evidence)
    {
        foreach (var pair in evidence.Run.Pairs)
            foreach (var (one, other) in new[] { (pair.First, pair.Second), (pair.Second, pair.First) })
                foreach (var change in evidence.Store.Of(new KeyName(pair.Tenant, one)))
                {
                    var partner = evidence.Store.ChangeAt(new KeyName(pair.Tenant, other), change.Revision);
                    if (partner is null || partner.Value != change.Value)
                        yield return $"the store has {change}, and "
                            + $"{(partner is null ? $"did not change '{other}' then" : $"has {partner}")}; " +
                            "the two are only written together";
                }
    }

    private static IEnumerable<string> WithoutOutcome(Evidence evidence)
    {
        foreach (var request in evidence.Requests.Where(request =>
            request is { Asked.Kind: CallKind.Transaction, Done: null, MayBeDone: true }))
        {
            var call = request.Asked;
            var done = new List<bool>();
            foreach (var branch in new[] { call.Operations, call.Otherwise ?? [] })
            {
                var sets = branch.Where(one => one.Kind == OperationKind.Set)
                    .Select(one => (one, Found(evidence, call, one))).ToList();
                var revisions = sets.Where(one => one.Item2 is not null).Select(one => one.Item2).Distinct().ToList();
                if (revisions.Count > 1)
                    yield return $"writes of one transaction are at revisions {string.Join(" and ", revisions)}: "
                        + $"{CallText.Of(call)}";
                else if (revisions.Count == 1 && sets.Find(one => one.Item2 is null) is { one: { } missing })
                    yield return $"one part of a transaction was done at revision {revisions[0]}, and "
                        + $"'{missing.Key}' was not: {CallText.Of(call)}";
                done.Add(revisions.Count > 0);
            }
            if (done.TrueForAll(isDone => isDone))
                yield return $"both branches of a transaction were done: {CallText.Of(call)}";
        }
    }

    private static long? Found(Evidence evidence, Call call, KeyOperation set) => evidence.Store
        .Of(new KeyName(call.Tenant, set.Key)).FirstOrDefault(change => change.Value == set.Value)?.Revision;
}
