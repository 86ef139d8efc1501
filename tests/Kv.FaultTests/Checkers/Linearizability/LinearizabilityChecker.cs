using System.Text;

namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>
/// Each key behaves as if there were one copy of it and each call took effect at one moment while it lasted. Judged
/// from the answers alone, without the store's own history.
/// </summary>
internal sealed class LinearizabilityChecker : IChecker
{
    private const int ShownSteps = 4;

    public IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var (name, steps) in KeySteps.Of(evidence.Requests, evidence.Clock))
        {
            var search = new KeySearch(Learned(steps), evidence.Clock);
            if (search.Run() is not true and var isOrdered)
                yield return Text(name, search, isGivenUp: isOrdered is null);
        }
    }

    // A value that was seen was written, whatever answer its writer got. The revision that was seen with it is the
    // revision of the write, unless a later change of the time to live gave it another.
    private static List<KeyStep> Learned(List<KeyStep> steps)
    {
        if (steps.Exists(step => step.IsOptional) is false || steps.Exists(step => Has<KeyAction.SetTtl>(step)))
            return steps;
        var seen = new Dictionary<string, (long Revision, long End)>();
        foreach (var step in steps.Where(step => !step.IsOptional))
            foreach (var action in step.Branches[0].Actions)
                if (action is KeyAction.See { Seen: { Value: { } value, ETag: { } revision } })
                    seen[value] = seen.TryGetValue(value, out var before) && before.End <= step.End
                        ? before
                        : (revision, step.End);
        return
        [
            .. steps.Select(step =>
                step is { IsOptional: true, Branches: [{ Actions: [KeyAction.Set set] }] }
                    && seen.TryGetValue(set.Value, out var known)
                    && known.End >= step.Start
                    ? step with { End = known.End, WriteRevision = known.Revision }
                    : step),
        ];
    }

    private static bool Has<T>(KeyStep step) => step.Branches.Any(branch => branch.Actions.OfType<T>().Any());

    private static string Text(KeyName name, KeySearch search, bool isGivenUp)
    {
        var text = new StringBuilder(isGivenUp
            ? $"key {name}: no order of its calls was found before the search was given up"
            : $"key {name}: no order of its calls explains their answers");
        text.Append(". In order up to: ").Append(CallText.Some(
            [.. search.Longest.TakeLast(ShownSteps)], step => CallText.Of(step.Call)));
        text.Append(". Then it is ").Append(string.Join(" or ", search.LongestStates.Select(Of)));
        text.Append(", and next may be none of: ")
            .Append(CallText.Some([.. search.Stuck()], step => CallText.Of(step.Call)));
        return text.ToString();
    }

    private static string Of(KeyState state) => state.Value is null
        ? $"absent (last revision {state.Last})"
        : $"{state.Value}@{state.Revision?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}";
}
