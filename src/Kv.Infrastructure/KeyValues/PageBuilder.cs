using System.Text;
using Kv.Domain.KeyValues;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Gathers a page: keys, and prefixes to which others are rolled up.</summary>
/// <param name="query">What was asked.</param>
/// <param name="tenantBytes">How many bytes of an entry's key say whose it is.</param>
internal sealed class PageBuilder(KeyValueQuery query, int tenantBytes)
{
    // A page is gathered before it is sent: with large values it ends before its limit.
    private const int FullSize = 4 << 20;

    private readonly byte[] _delimiter = Encoding.UTF8.GetBytes(query.Delimiter ?? "");
    private readonly int _prefixEnd = tenantBytes + Encoding.UTF8.GetByteCount(query.Prefix);
    private int _size;

    public List<Entry> Entries { get; } = [];

    public List<string> Prefixes { get; } = [];

    /// <summary>Where the entries end that are rolled up already; empty while none are.</summary>
    public StoreKey RolledUpTo { get; private set; }

    public int Count => Entries.Count + Prefixes.Count;

    public bool IsFull => Count >= query.Limit || _size >= FullSize;

    /// <summary>Takes an entry, if there is room or it is rolled up to a prefix that is there already.</summary>
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
