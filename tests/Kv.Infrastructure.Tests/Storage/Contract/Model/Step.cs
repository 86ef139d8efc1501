using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract.Model;

/// <summary>
/// One step of a random program. Keys are names within the test's prefix, and revisions are ordinals (how many writes
/// ago), because two stores number the same writes differently.
/// </summary>
internal abstract record Step
{
    /// <summary>Commits a transaction.</summary>
    internal sealed record Commit(
        IReadOnlyList<Condition> Conditions, IReadOnlyList<Action> Then, IReadOnlyList<Action> Else)
        : Step
    {
        public override string ToString() =>
            $"if [{string.Join(" and ", Conditions)}] then [{string.Join("; ", Then)}] else "
                + $"[{string.Join("; ", Else)}]";
    }

    /// <summary>Reads a range to its end, page by page.</summary>
    internal sealed record List(Span Span, int PageSize, bool KeysOnly, int? WritesAgo) : Step
    {
        public override string ToString() =>
            $"list {Span} by {PageSize}{(KeysOnly ? " keys only" : "")}{Ago(WritesAgo)}";
    }

    /// <summary>Counts a range.</summary>
    internal sealed record Count(Span Span, int? WritesAgo) : Step
    {
        public override string ToString() => $"count {Span}{Ago(WritesAgo)}";
    }

    /// <summary>Reads a key.</summary>
    internal sealed record Get(string Name) : Step
    {
        public override string ToString() => $"get '{Name}'";
    }

    private static string Ago(int? writes) => writes is null ? "" : $" {writes} writes ago";
}

/// <summary>A single key, or the keys from one name up to another.</summary>
internal sealed record Span(string Start, string? End)
{
    public override string ToString() => End is null ? $"'{Start}'" : $"'{Start}'..'{End}'";
}

/// <summary>A compare: with a figure (an ordinal where it is a revision), or with a value.</summary>
internal sealed record Condition(Span Span, CompareTarget Target, CompareRelation Relation, int Number, string Value)
{
    public override string ToString() =>
        $"{Target} of {Span} {Relation} {(Target == CompareTarget.Value ? $"'{Value}'" : Number)}";
}

/// <summary>The kinds of <see cref="Action"/>.</summary>
internal enum ActionKind
{
    Put,
    Delete,
    Read,
}

/// <summary>An operation: a put takes the start of the span, and a read the limit.</summary>
internal sealed record Action(ActionKind Kind, Span Span, string Value, int Limit)
{
    public override string ToString() => Kind switch
    {
        ActionKind.Put => $"put '{Span.Start}'='{Value}'",
        ActionKind.Delete => $"delete {Span}",
        _ => $"read {Span} limit {Limit}",
    };
}

/// <summary>A random program, and from how many writes before its end the changes are watched.</summary>
internal sealed record StoreProgram(IReadOnlyList<Step> Steps, int WatchWritesAgo, string WatchStart)
{
    public override string ToString() =>
        string.Concat(Steps.Select(step => $"\n  {step}"))
            + $"\n  watch from '{WatchStart}', {WatchWritesAgo} writes ago";
}
