namespace Kv.Domain.Access;

/// <summary>What a caller may do with keys.</summary>
[Flags]
public enum AccessVerbs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read, list, count, watch and export keys, their past included, compare with them in a transaction, and see what all of them take up.</summary>
    Read = 1,

    /// <summary>Set and import keys, and change how long they live.</summary>
    Write = 2,

    /// <summary>Delete keys.</summary>
    Delete = 4,

    /// <summary>Register webhooks and see them. They tell the values of the keys that they are about.</summary>
    Webhooks = 8,

    /// <summary>All of it.</summary>
    All = Read | Write | Delete | Webhooks,
}

/// <summary>The verbs as callers write them.</summary>
public static class AccessVerbNames
{
    private static readonly (string Name, AccessVerbs Verb)[] Known =
    [
        ("read", AccessVerbs.Read), ("write", AccessVerbs.Write), ("delete", AccessVerbs.Delete), ("webhooks", AccessVerbs.Webhooks),
    ];

    /// <summary>The names that there are, in a fixed order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Name)];

    /// <summary>The names of some verbs, in a fixed order.</summary>
    public static IReadOnlyList<string> Of(AccessVerbs verbs) =>
        [.. Known.Where(known => verbs.HasFlag(known.Verb)).Select(known => known.Name)];

    /// <summary>The verbs of some names; null when one of them is none, or when there are no names.</summary>
    public static AccessVerbs? TryParse(IEnumerable<string> names)
    {
        var verbs = AccessVerbs.None;
        foreach (var name in names)
        {
            var verb = Known.FirstOrDefault(known => known.Name == name).Verb;
            if (verb == AccessVerbs.None)
                return null;
            verbs |= verb;
        }
        return verbs == AccessVerbs.None ? null : verbs;
    }
}
