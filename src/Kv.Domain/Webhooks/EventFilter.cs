using Kv.Domain.Watching;

namespace Kv.Domain.Webhooks;

/// <summary>Which kinds of change a webhook asks for, by the names that it was registered with.</summary>
public readonly record struct EventFilter
{
    /// <summary>The name that stands for all the others.</summary>
    public const string Any = "*";

    /// <summary>The name of the event that a ping sends; nobody can ask for it.</summary>
    public const string Ping = "ping";

    private static readonly string[] Known = ["create", "update", "delete", "expire"];

    private readonly int _named;

    private EventFilter(int named) => _named = named;

    /// <summary>The names, in a fixed order; <see cref="Any"/> alone where all are asked for.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            var named = _named;
            return named == (1 << Known.Length) - 1 ? [Any] : [.. Known.Where((_, bit) => (named & (1 << bit)) != 0)];
        }
    }

    /// <summary>Makes a filter of names, in any letter case; null when there are none or one is not known.</summary>
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

    /// <summary>Whether it asks for such a change. Who asks for deletions is told of expiries as well, as simple-golang-kv did.</summary>
    public bool Matches(KeyChangeKind kind) =>
        IsNamed(kind) || (kind == KeyChangeKind.Expire && IsNamed(KeyChangeKind.Delete));

    /// <summary>
    /// The name under which such a change is told: its own, but for an expiry that was only asked for as a deletion.
    /// </summary>
    public string NameOf(KeyChangeKind kind) =>
        Known[(int)(kind == KeyChangeKind.Expire && !IsNamed(kind) ? KeyChangeKind.Delete : kind)];

    private bool IsNamed(KeyChangeKind kind) => (_named & (1 << (int)kind)) != 0;
}
