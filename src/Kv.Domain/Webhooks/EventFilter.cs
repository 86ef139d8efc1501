using Kv.Domain.KeyValues;

namespace Kv.Domain.Webhooks;

/// <summary>The kinds of change that a webhook receives, by the names in its registration.</summary>
public readonly record struct EventFilter
{
    /// <summary>The name that includes all others.</summary>
    public const string Any = "*";

    /// <summary>The name of the event that a ping sends. A filter cannot contain it.</summary>
    public const string Ping = "ping";

    /// <summary>The name of a key's creation.</summary>
    public const string Create = "create";

    /// <summary>The name of an overwrite.</summary>
    public const string Update = "update";

    /// <summary>The name of a deletion.</summary>
    public const string Delete = "delete";

    /// <summary>The name of an expiry.</summary>
    public const string Expire = "expire";

    private static readonly string[] Known = [Create, Update, Delete, Expire];

    private readonly int _named;

    private EventFilter(int named) => _named = named;

    /// <summary>The names, in a fixed order; <see cref="Any"/> alone for all kinds.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            var named = _named;
            return named == (1 << Known.Length) - 1 ? [Any] : [.. Known.Where((_, bit) => (named & (1 << bit)) != 0)];
        }
    }

    /// <summary>
    /// Creates a filter from names, in any letter case; null when the list is empty or a name is unknown.
    /// </summary>
    public static EventFilter? TryParse(IEnumerable<string> names)
    {
        var named = 0;
        foreach (var name in names)
        {
            var bit = Array.FindIndex(Known, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (bit < 0 && name != Any)
                return null;
            named |= bit < 0 ? (1 << Known.Length) - 1 : 1 << bit;
        }
        return named == 0 ? null : new EventFilter(named);
    }

    /// <summary>
    /// Whether the filter includes a kind of change. As in simple-golang-kv, a filter for deletions also includes
    /// expiries.
    /// </summary>
    public bool Matches(KeyChangeKind kind) =>
        IsNamed(kind) || (kind == KeyChangeKind.Expire && IsNamed(KeyChangeKind.Delete));

    /// <summary>
    /// The event name of a change: its own name, except that an expiry is named a deletion when the filter names only
    /// deletions.
    /// </summary>
    public string NameOf(KeyChangeKind kind) =>
        Known[(int)(kind == KeyChangeKind.Expire && !IsNamed(kind) ? KeyChangeKind.Delete : kind)];

    private bool IsNamed(KeyChangeKind kind) => (_named & (1 << (int)kind)) != 0;
}
