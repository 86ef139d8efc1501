using System.Text;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// Reads the content types of keys that the caller visits in order: in pages, at the keys' revision, skipping those of
/// other keys.
/// </summary>
internal sealed class ContentTypes(IStore store, KeyLayout layout, Tenant tenant, long revision)
{
    private const int PageSize = 200;

    private readonly StoreKey _area = layout.ContentPrefix(tenant);
    private readonly int _keyBytes = layout.KeyValuePrefix(tenant).Bytes.Length;
    private IReadOnlyList<Entry> _page = [];
    private int _at;
    private StoreKey? _next = layout.ContentPrefix(tenant);

    /// <summary>
    /// The operation that writes the content type beside a value; null when there is nothing to write. The content type
    /// of an earlier value belongs to that value only, and goes with the key. It must not outlive a key that expires.
    /// </summary>
    public static Operation? Write(StoreKey place, string? type, Expiry? expiry) =>
        type is not null ? new Operation.Put(place, Encoding.UTF8.GetBytes(type), expiry?.ExpireAt)
        : expiry is not null ? new Operation.Delete(place)
        : null;

    /// <summary>
    /// The entry with the content type of a key; null when there is none. Callers must ask for keys in order.
    /// </summary>
    public async ValueTask<Entry?> Find(StoreKey key, CancellationToken cancellationToken)
    {
        var place = new StoreKey((byte[])[.. _area.Span, .. key.Span[_keyBytes..]]);
        while (true)
        {
            while (_at < _page.Count && _page[_at].Key.CompareTo(place) < 0)
                _at++;
            if (_at < _page.Count)
                return _page[_at].Key.Equals(place) ? _page[_at] : null;
            if (_next is not { } next)
                return null;
            var start = next.CompareTo(place) > 0 ? next : place;
            var page = await store.Range(
                new RangeQuery(KeyRange.Prefix(_area).From(start), PageSize, revision), cancellationToken);
            (_page, _at, _next) = (page.Entries, 0, page.Next);
        }
    }
}
