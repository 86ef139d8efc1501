using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <content>The search for keys by a part of their names. It reads the names, and then the values of those
/// found.</content>
internal sealed partial class KeyValueListings
{
    private const int MaxSearched = 10_000;

    // etcd loads the values as well, before it omits them.
    private const int SearchedAtOnce = 1000;

    // In each read etcd counts the rest of the range, so a read takes long among very many keys.
    private static readonly TimeSpan LongSearch = TimeSpan.FromMilliseconds(250);

    // Each may have the largest value.
    private const int ValuesAtOnce = 8;

    private async Task<KeyValuePage> Search(
        Tenant tenant, KeyValueQuery query, KeyRange range, string text, CancellationToken cancellationToken)
    {
        var tenantBytes = layout.KeyValuePrefix(tenant).Bytes.Length;
        var began = time.GetTimestamp();
        var found = new List<Entry>();
        var ask = new RangeQuery(range, SearchedAtOnce, query.From?.Revision ?? 0, KeysOnly: true);
        StoreKey? next;
        for (var searched = 0; ;)
        {
            var page = searched == 0
                ? await First(ask, query.Options, cancellationToken)
                : await store.Range(ask, cancellationToken);
            searched += SearchedAtOnce;
            ask = ask with { Revision = page.Revision };
            next = Add(page.Entries)?.Key ?? page.Next;
            if (found.Count == query.Limit || next is not { } rest || rest.CompareTo(range.End) >= 0
                || searched >= MaxSearched || time.GetElapsedTime(began) > LongSearch)
                break;
            ask = ask with { Range = range.From(rest) };
        }
        if (query.Fields == KeyFields.All && await LoadValues(found, ask.Revision, cancellationToken) is { } unread)
            next = unread;
        var keyValues = await Read(tenant, query, found, ask.Revision, tenantBytes, cancellationToken);
        return new KeyValuePage(
            keyValues, [],
            next is { } key ? new PagePosition(ask.Revision, key.Bytes[tenantBytes..]) : null, ask.Revision);

        // The first entry for which the page has no room.
        Entry? Add(IReadOnlyList<Entry> entries)
        {
            foreach (var entry in entries)
                if (Contains(entry.Key.Span[tenantBytes..], text))
                {
                    if (found.Count == query.Limit)
                        return entry;
                    found.Add(entry);
                }
            return null;
        }
    }

    // Replaces the entries by those with values, as far as they fit into a page. The first key that does not fit is
    // returned, and removed with those after it.
    private async Task<StoreKey?> LoadValues(List<Entry> found, long revision, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        for (var loaded = 0; loaded < found.Count;)
        {
            if (bytes >= IKeyValueListings.PageBytes)
            {
                var unread = found[loaded].Key;
                found.RemoveRange(loaded, found.Count - loaded);
                return unread;
            }
            var some = found.GetRange(loaded, Math.Min(ValuesAtOnce, found.Count - loaded));
            var pages = await Task.WhenAll(some.Select(entry => store.Range(
                new RangeQuery(KeyRange.Single(entry.Key), Limit: 1, revision), cancellationToken)));
            // An entry may have expired in the meantime.
            var read = pages.SelectMany(page => page.Entries).ToList();
            found.RemoveRange(loaded, some.Count);
            found.InsertRange(loaded, read);
            loaded += read.Count;
            bytes += read.Sum(entry => (long)entry.Value.Length);
        }
        return null;
    }

    private static bool Contains(ReadOnlySpan<byte> name, string text)
    {
        var chars = name.Length <= 512 ? stackalloc char[512] : new char[name.Length];
        ReadOnlySpan<char> decoded = chars[..Encoding.UTF8.GetChars(name, chars)];
        return decoded.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
