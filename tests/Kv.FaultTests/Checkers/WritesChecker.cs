using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Acknowledged writes are in the store's history, as requested and at the answered revision; refused writes are not;
/// and each change of the store was requested, and made once.
/// </summary>
internal sealed class WritesChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence) => Acknowledged(evidence).Concat(Unexplained(evidence));

    private static IEnumerable<string> Acknowledged(Evidence evidence)
    {
        foreach (var write in evidence.Writes.Where(write => write.Fate == WriteFate.Done))
        {
            if (write.Operation.Kind == OperationKind.Delete)
            {
                if (write.Revision is { } gone && evidence.Store.At(write.Name, gone) is { } stands)
                    yield return $"deleted as of revision {gone}, but the store had {stands} then: {write.Text}";
            }
            else if (write.Revision is { } revision)
            {
                if (evidence.Store.ChangeAt(write.Name, revision) is not { IsRemoved: false } change)
                    yield return $"acknowledged at revision {revision}, but the store did not write {write.Name} "
                        + $"then: {write.Text}";
                else if (Difference(write, change) is { } difference)
                    yield return $"acknowledged at revision {revision}, but the store had {difference}: {write.Text}";
            }
            else if (evidence.Store.Of(write.Name).All(change => change.Value != write.Operation.Value))
            {
                yield return $"acknowledged, but the store never had {write.Name} = {write.Operation.Value}: "
                    + $"{write.Text}";
            }
        }
    }

    private static string? Difference(WriteAttempt write, KeyVersion change)
    {
        var value = write.Operation.Kind == OperationKind.Set ? write.Operation.Value : change.Before?.Value;
        return change.Value == value && (write.Result is null || write.Result.ExpireAt == change.ExpireAt)
            ? null
            : change.ToString();
    }

    private static IEnumerable<string> Unexplained(Evidence evidence)
    {
        var sets = evidence.Writes.Where(write => write.Operation.Kind == OperationKind.Set)
            .ToLookup(write => (write.Name, write.Operation.Value));
        var touches = evidence.Writes.Where(write => write.Operation.Kind == OperationKind.SetTtl)
            .ToLookup(write => write.Name);
        var used = new HashSet<WriteAttempt>(ReferenceEqualityComparer.Instance);
        foreach (var change in evidence.Store.InOrder)
        {
            if (change.IsRemoved)
            {
                if (!evidence.MayBeDeleted(change) && !Evidence.MayBeExpired(change))
                    yield return $"{change}, but no call deleted it, and it was not to expire; it was {change.Before}";
                continue;
            }
            if (change.Before?.Value == change.Value && Touch(touches[change.Name], change, used))
                continue;
            if (Fault([.. sets[(change.Name, change.Value)]], change, used) is { } fault)
                yield return fault;
        }
    }

    // A change of the time to live leaves the value. One without an outcome explains one change.
    private static bool Touch(IEnumerable<WriteAttempt> touches, KeyVersion change, HashSet<WriteAttempt> used) =>
        touches.Any(touch => touch.Fate == WriteFate.Done && touch.Revision == change.Revision)
        || touches.FirstOrDefault(touch => touch.Fate == WriteFate.Unknown && !used.Contains(touch)) is { } unknown
        && used.Add(unknown);

    private static string? Fault(IReadOnlyList<WriteAttempt> writes, KeyVersion change, HashSet<WriteAttempt> used)
    {
        if (writes.Count == 0)
            return $"{change}, but no call wrote that";
        if (writes.FirstOrDefault(write => write.Fate != WriteFate.NotDone) is not { } write)
            return $"{change}, although it was answered that nothing was done: {writes[0].Text}";
        if (write.Fate == WriteFate.Done && write.Revision is { } answered && answered != change.Revision)
            return $"{change}, although it was acknowledged at revision {answered}; "
                + $"it was applied twice, or elsewhere: {write.Text}";
        return used.Add(write) ? null : $"{change} was applied twice: {write.Text}";
    }
}
