namespace Kv.Infrastructure.Storage;

/// <summary>
/// The keys from <see cref="Start"/> up to <see cref="End"/>, which is excluded; or a single key, with an empty
/// <see cref="End"/>.
/// </summary>
internal readonly struct KeyRange
{
    private KeyRange(StoreKey start, StoreKey end)
    {
        Start = start;
        End = end;
    }

    public StoreKey Start { get; }

    public StoreKey End { get; }

    public bool IsSingle => End.Bytes.IsEmpty;

    public static KeyRange Single(StoreKey key) => new(key, default);

    public static KeyRange Between(StoreKey start, StoreKey end)
    {
        if (start.CompareTo(end) >= 0)
            throw new ArgumentException("A range must end after its start.", nameof(end));
        return new KeyRange(start, end);
    }

    /// <summary>Every key that starts with the given bytes.</summary>
    public static KeyRange Prefix(StoreKey prefix) =>
        TryPrefix(prefix) ?? throw new ArgumentException("A prefix needs a byte below 0xFF.", nameof(prefix));

    /// <summary>Every key that starts with the given bytes; null when no byte is below 0xFF.</summary>
    public static KeyRange? TryPrefix(StoreKey prefix)
    {
        // The end is the prefix with its last byte incremented. A 0xFF cannot be incremented, so it is cut off first.
        var length = prefix.Bytes.Length;
        while (length > 0 && prefix.Span[length - 1] == 0xFF)
            length--;
        if (length == 0)
            return null;
        var end = prefix.Span[..length].ToArray();
        end[^1]++;
        return new KeyRange(prefix, new StoreKey(end));
    }

    /// <summary>The rest of the range from <paramref name="start"/> on.</summary>
    public KeyRange From(StoreKey start) => Between(start, End);

    public bool Contains(StoreKey key) =>
        IsSingle ? key.Equals(Start) : key.CompareTo(Start) >= 0 && key.CompareTo(End) < 0;

    /// <summary>Whether all keys of another range are in this one; neither is a single key.</summary>
    public bool Holds(KeyRange other) => Contains(other.Start) && other.End.CompareTo(End) <= 0;

    public bool Overlaps(KeyRange other) =>
        IsSingle ? other.Contains(Start)
        : other.IsSingle ? Contains(other.Start)
        : Start.CompareTo(other.End) < 0 && other.Start.CompareTo(End) < 0;
}
