using FsCheck;
using FsCheck.Fluent;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract.Model;

/// <summary>Makes random programs over few keys and values, so that their steps conflict.</summary>
internal static class StorePrograms
{
    // Prefixes of one another, and the bytes at both ends.
    private static readonly string[] Names = ["\0", "a", "a\0", "aa", "b", "c", "\u07FF"];
    private static readonly string[] Values = ["", "x", "y", "\0"];

    private static readonly Gen<string> Name = Gen.Elements(Names);

    private static readonly Gen<Span> Spans = Gen.Frequency(
        (2, Name.Select(name => new Span(name, null))),
        (3, from one in Name
            from other in Name
            let inOrder = string.CompareOrdinal(one, other) < 0
            select one == other ? new Span(one, null) : inOrder ? new Span(one, other) : new Span(other, one)));

    private static readonly Gen<int?> WritesAgo = Gen.Frequency(
        (1, Gen.Constant((int?)null)),
        (2, Gen.Choose(0, 30).Select(ago => (int?)ago)));

    private static readonly Gen<Condition> Conditions =
        from span in Spans
        from target in Gen.Elements(Enum.GetValues<CompareTarget>())
        from relation in Gen.Elements(Enum.GetValues<CompareRelation>())
        from number in Gen.Choose(0, 12)
        from value in Gen.Elements(Values)
        select new Condition(span, target, relation, number, value);

    private static readonly Gen<Action> Actions =
        from kind in Gen.Frequency(
            (5, Gen.Constant(ActionKind.Put)), (2, Gen.Constant(ActionKind.Delete)), (2, Gen.Constant(ActionKind.Read)))
        from span in Spans
        from value in Gen.Elements(Values)
        from limit in Gen.Choose(0, 3)
        select new Action(kind, kind == ActionKind.Put ? span with { End = null } : span, value, limit);

    private static readonly Gen<IReadOnlyList<Action>> Branches =
        from length in Gen.Choose(0, 4)
        from actions in Gen.ListOf(Actions, length)
        select (IReadOnlyList<Action>)WithoutDoubleWrites(actions);

    private static readonly Gen<Step> Commits =
        from conditional in Gen.Choose(0, 2)
        from conditions in Gen.ListOf(Conditions, conditional)
        from then in Branches
        from otherwise in Branches
        select (Step)new Step.Commit([.. conditions], then, otherwise);

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Commits),
        (1, from name in Name select (Step)new Step.Get(name)),
        (1, from span in Spans from ago in WritesAgo select (Step)new Step.Count(span, ago)),
        (3, from span in Spans
            from size in Gen.Choose(1, 4)
            from keysOnly in Gen.Elements(false, true)
            from ago in WritesAgo
            select (Step)new Step.List(span, size, keysOnly, ago)));

    /// <summary>Programs of up to 40 steps; a failing one is reduced to the steps that it needs.</summary>
    public static Arbitrary<StoreProgram> Arbitrary { get; } = Arb.From(
        from length in Gen.Choose(1, 40)
        from steps in Gen.ListOf(Steps, length)
        from ago in Gen.Choose(0, 30)
        from start in Name
        select new StoreProgram([.. steps], ago, start),
        Smaller);

    private static IEnumerable<StoreProgram> Smaller(StoreProgram program)
    {
        for (var chunk = program.Steps.Count / 2; chunk > 0; chunk /= 2)
            for (var at = 0; at + chunk <= program.Steps.Count; at += chunk)
                yield return program with { Steps = [.. program.Steps.Take(at), .. program.Steps.Skip(at + chunk)] };
    }

    /// <summary>Leaves out each write for which the store would refuse the transaction.</summary>
    private static List<Action> WithoutDoubleWrites(IEnumerable<Action> actions)
    {
        var kept = new List<Action>();
        foreach (var action in actions)
            if (action.Kind == ActionKind.Read
                || kept.All(other => other.Kind == ActionKind.Read || !Overlap(other.Span, action.Span)))
                kept.Add(action);
        return kept;
    }

    private static bool Overlap(Span one, Span other) => Range(one).Overlaps(Range(other));

    private static KeyRange Range(Span span) => span.End is null
        ? KeyRange.Single(StoreKey.FromText(span.Start))
        : KeyRange.Between(StoreKey.FromText(span.Start), StoreKey.FromText(span.End));
}
