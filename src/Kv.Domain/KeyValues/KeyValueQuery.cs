namespace Kv.Domain.KeyValues;

/// <summary>A question for a page of a tenant's keys.</summary>
public sealed record KeyValueQuery
{
    /// <summary>What the keys start with; empty for every key.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The text at which keys are rolled up: those that hold it behind <see cref="Prefix"/> come as one prefix that ends with it.
    /// Null for none.
    /// </summary>
    public string? Delimiter { get; init; }

    /// <summary>How many keys and prefixes at most; 1 or more.</summary>
    public required int Limit { get; init; }

    /// <summary>What to read of each key.</summary>
    public KeyFields Fields { get; init; } = KeyFields.All;

    /// <summary>Where to go on; null for the first page.</summary>
    public PagePosition? From { get; init; }

    /// <summary>How fresh the first page must be; the further ones are of its revision.</summary>
    public ReadOptions Options { get; init; }
}

/// <summary>What is read of a key.</summary>
public enum KeyFields
{
    /// <summary>Its name alone.</summary>
    Key,

    /// <summary>All but its value.</summary>
    Meta,

    /// <summary>All.</summary>
    All,
}

/// <summary>Where a listing goes on.</summary>
/// <param name="Revision">The revision of the store from which all its pages come.</param>
/// <param name="Start">The bytes of the first key that is left, or of what comes before it.</param>
public sealed record PagePosition(long Revision, ReadOnlyMemory<byte> Start);

/// <summary>A page of keys.</summary>
/// <param name="KeyValues">The keys, in the byte order of their UTF-8 form; without what was not asked for.</param>
/// <param name="Prefixes">What keys were rolled up to, in the same order.</param>
/// <param name="Next">Where the next page starts; null when this was the last.</param>
/// <param name="Revision">The revision of the store at which it was read.</param>
public sealed record KeyValuePage(
    IReadOnlyList<KeyValue> KeyValues, IReadOnlyList<string> Prefixes, PagePosition? Next, long Revision);
