using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>A possible state of a key.</summary>
/// <param name="Value">Its value; null when there is no such key.</param>
/// <param name="Revision">The revision at which it was last written; null when that is not known.</param>
/// <param name="Expiry">When it expires.</param>
/// <param name="Last">The highest revision that is known to have come before.</param>
internal sealed record KeyState(string? Value, long? Revision, Expiry Expiry, long Last)
{
    /// <summary>There is no such key, and never was.</summary>
    public static readonly KeyState Nothing = new(null, null, Expiry.Never, 0);

    /// <summary>The possible states of the key after a step; empty when the step cannot happen now.</summary>
    public IEnumerable<KeyState> After(KeyStep step, RunClock clock)
    {
        foreach (var branch in step.Branches)
        {
            if (
                Value is not null && clock.MayStand(Expiry.Latest, step.Start)
                    && Follow(this, step, branch) is { } standing)
                yield return standing;
            if ((Value is null || MayBeGone(step, clock)) && Follow(Removed(Last), step, branch) is { } gone)
                yield return gone.Value is null && Value is not null && !Writes(branch) ? this : gone;
        }
    }

    private bool MayBeGone(KeyStep step, RunClock clock) =>
        !Expiry.IsNever && clock.MayBeGone(Expiry.Earliest, step.End);

    private static bool Writes(KeyBranch branch) => branch.Actions.Any(action => action is not KeyAction.See);

    private static KeyState Removed(long last) => new(null, null, Expiry.Never, last);

    private static KeyState? Follow(KeyState state, KeyStep step, KeyBranch branch)
    {
        // It was read as of a revision before an earlier step.
        if (step.ReadRevision < state.Last)
            return null;
        var (next, original) = ((KeyState?)state, state);
        foreach (var (condition, holds) in branch.Conditions)
            next = next?.Under(condition, holds);
        foreach (var action in branch.Actions)
            next = action switch
            {
                KeyAction.See see => next?.Seen(see.Seen),
                KeyAction.Set set => next?.Set(set.Value, set.Expiry, step.WriteRevision),
                KeyAction.SetTtl ttl => next?.Value is { } value
                    ? next.Set(value, ttl.Expiry, step.WriteRevision)
                    : null,
                _ => next is null ? null
                    : Removed(original.Value is null ? next.Last : Math.Max(next.Last, step.ReadRevision ?? 0)),
            };
        return next;
    }

    private KeyState? Set(string value, Expiry expiry, long? revision) =>
        revision <= Last ? null : new KeyState(value, revision, expiry, revision ?? Last);

    private KeyState? Under(KeyCondition condition, bool holds)
    {
        if (condition.Kind is ConditionKind.WrittenAt or ConditionKind.NotWrittenAt)
        {
            var isSame = holds == (condition.Kind == ConditionKind.WrittenAt);
            return isSame ? WrittenAt(condition.Revision ?? 0) : NotWrittenAt(condition.Revision ?? 0);
        }
        var isTrue = condition.Kind switch
        {
            ConditionKind.Absent => Value is null,
            ConditionKind.Exists => Value is not null,
            _ => Value is not null && Value == condition.Value,
        };
        return isTrue == holds ? this : null;
    }

    private KeyState? WrittenAt(long revision) =>
        Value is null ? (revision == 0 ? this : null)
        : Revision is { } known ? (known == revision ? this : null)
        : revision > Last ? this with { Revision = revision, Last = revision }
        : null;

    private KeyState? NotWrittenAt(long revision) => (Value is null ? 0 : Revision) == revision ? null : this;

    private KeyState? Seen(Sighting seen)
    {
        if (!seen.Exists || Value is null)
            return !seen.Exists && Value is null ? this : null;
        if (seen.Value is { } value && value != Value)
            return null;
        var state = seen.ETag is { } etag ? WrittenAt(etag) : this;
        if (state is null || seen.Expiry is not { } known)
            return state;
        return known.And(Expiry) is { } both ? (both == Expiry ? state : state with { Expiry = both }) : null;
    }
}
