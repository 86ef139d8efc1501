namespace Kv.Domain.Access;

/// <summary>The kinds of access to keys.</summary>
[Flags]
public enum AccessVerbs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// Read, list, count, watch and export keys, read their history, compare with them in a transaction, and read the
    /// tenant's usage.
    /// </summary>
    Read = 1,

    /// <summary>Set and import keys, and change their time to live.</summary>
    Write = 2,

    /// <summary>Delete keys.</summary>
    Delete = 4,

    /// <summary>Register and read webhooks. A webhook sends the values of the keys that match it.</summary>
    Webhooks = 8,

    /// <summary>All verbs.</summary>
    All = Read | Write | Delete | Webhooks,
}

/// <summary>The names of the verbs in requests and tokens.</summary>
public static class AccessVerbNames
{
    private static readonly (string Name, AccessVerbs Verb)[] Known =
    [
        ("read", AccessVerbs.Read), ("write", AccessVerbs.Write), ("delete", AccessVerbs.Delete),
        ("webhooks", AccessVerbs.Webhooks),
    ];

    /// <summary>All names, in a fixed order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Name)];

    /// <summary>The names of some verbs, in a fixed order.</summary>
    public static IReadOnlyList<string> From(AccessVerbs verbs) =>
        [.. Known.Where(known => verbs.HasFlag(known.Verb)).Select(known => known.Name)];

    /// <summary>Reads a set of names; null when a name is unknown or the set is empty.</summary>
    public static AccessVerbs? TryParse(IEnumerable<string> names)
    {
        var verbs = names.Select(name => Known.FirstOrDefault(known => known.Name == name).Verb).ToList();
        return verbs.Count == 0 || verbs.Contains(AccessVerbs.None)
            ? null
            : verbs.Aggregate((one, other) => one | other);
    }
}
