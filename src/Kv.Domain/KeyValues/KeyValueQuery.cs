namespace Kv.Domain.KeyValues;

/// <summary>A query for one page of a tenant's keys.</summary>
public sealed record KeyValueQuery
{
    /// <summary>The prefix of the keys; empty for every key.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Groups keys: keys that contain this text after <see cref="Prefix"/> are returned as one common prefix that ends
    /// with it. Null for no grouping.
    /// </summary>
    public string? Delimiter { get; init; }

    /// <summary>
    /// Selects keys that contain this text, whatever its letter case; without grouping. One page searches for a limited
    /// time, so it may have fewer keys than <see cref="Limit"/>, and even none, although more follow. Null
    /// for every key.
    /// </summary>
    public string? Contains { get; init; }

    /// <summary>The maximum number of keys and prefixes; at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>The parts of each key to read.</summary>
    public KeyFields Fields { get; init; } = KeyFields.All;

    /// <summary>The position of the page; null for the first page.</summary>
    public PagePosition? From { get; init; }

    /// <summary>The consistency of the first page. Further pages are read at its revision.</summary>
    public ReadOptions Options { get; init; }
}

/// <summary>The parts of a key to read.</summary>
public enum KeyFields
{
    /// <summary>Only the name.</summary>
    Key,

    /// <summary>Everything except the value.</summary>
    Meta,

    /// <summary>Everything.</summary>
    All,
}

/// <summary>A position in a listing.</summary>
/// <param name="Revision">The revision at which all its pages are read.</param>
/// <param name="Start">The bytes at which to continue: the first remaining key, or a bound before it.</param>
public sealed record PagePosition(long Revision, ReadOnlyMemory<byte> Start);

/// <summary>A page of keys.</summary>
/// <param name="KeyValues">The keys, in the byte order of UTF-8, with the requested fields.</param>
/// <param name="Prefixes">The common prefixes of grouped keys, in the same order.</param>
/// <param name="Next">The position of the next page; null on the last page.</param>
/// <param name="Revision">The revision at which the page was read.</param>
public sealed record KeyValuePage(
    IReadOnlyList<KeyValue> KeyValues, IReadOnlyList<string> Prefixes, PagePosition? Next, long Revision)
{
    /// <summary>
    /// With <see cref="KeyValueQuery.Contains"/>, the number of names that this page searched. Keys that were deleted a
    /// short time ago may be counted. Null otherwise.
    /// </summary>
    public int? Searched { get; init; }
}
