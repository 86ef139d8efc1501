using System.Text;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Builds a page of keys and of prefixes to which keys are rolled up.</summary>
/// <param name="tenantBytes">The length of the tenant's prefix in an entry's key.</param>
internal sealed class PageBuilder(KeyValueQuery query, int tenantBytes)
{
    private readonly byte[] _delimiter = Encoding.UTF8.GetBytes(query.Delimiter ?? "");
    private readonly int _prefixEnd = tenantBytes + Encoding.UTF8.GetByteCount(query.Prefix);
    private int _size;

    public List<Entry> Entries { get; } = [];

    public List<string> Prefixes { get; } = [];

    /// <summary>The end of the last prefix to which keys were rolled up; empty when there is none.</summary>
    public StoreKey RolledUpTo { get; private set; }

    public int Count => Entries.Count + Prefixes.Count;

    // A page is complete before it is sent: with large values it ends before its limit.
    public bool IsFull => Count >= query.Limit || _size >= IKeyValueListings.PageBytes;

    /// <summary>How many more entries fit, estimated by the size of those on the page.</summary>
    public int Fitting => Entries.Count == 0
        ? query.Limit
        : (int)Math.Clamp((IKeyValueListings.PageBytes - _size) / ((long)_size / Entries.Count + 1), 1, query.Limit);

    /// <summary>Adds an entry, if there is room or its prefix is on the page already.</summary>
    public bool TryAdd(Entry entry)
    {
        if (!RolledUpTo.Bytes.IsEmpty && entry.Key.CompareTo(RolledUpTo) < 0)
            return true;
        if (IsFull)
            return false;
        var at = _delimiter.Length == 0 ? -1 : entry.Key.Span[_prefixEnd..].IndexOf(_delimiter);
        if (at < 0)
        {
            Entries.Add(entry);
            _size += entry.Key.Bytes.Length + entry.Value.Length;
            return true;
        }
        var prefix = entry.Key.Bytes[..(_prefixEnd + at + _delimiter.Length)];
        Prefixes.Add(Encoding.UTF8.GetString(prefix.Span[tenantBytes..]));
        RolledUpTo = KeyRange.Prefix(new StoreKey(prefix)).End;
        return true;
    }
}
