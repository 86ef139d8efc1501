using System.Text;

namespace Kv.Infrastructure.KeyValues;

/// <content>The search for keys by a part of their names. It reads the names first, and then the values of the
/// matches.</content>
internal sealed partial class KeyValueListings
{
    private const int SearchedAtOnce = 1000;

    // A longer search would delay other requests; its caller continues it, and shows the progress.
    private static readonly TimeSpan LongSearch = TimeSpan.FromMilliseconds(200);

    // A caller sees the first keys soon, and continues with the cursor.
    private static readonly TimeSpan ShortSearch = TimeSpan.FromMilliseconds(50);

    // Each of these values may have the largest size.
    private const int ValuesAtOnce = 8;

    private async Task<KeyValuePage> Search(
        Tenant tenant, KeyValueQuery query, KeyRange range, string text, CancellationToken cancellationToken)
    {
        var tenantBytes = layout.KeyValuePrefix(tenant).Bytes.Length;
        var began = time.GetTimestamp();
        var found = new List<Entry>();
        var ask = new RangeQuery(
            range, FirstNames, query.From?.Revision ?? 0, KeysOnly: true,
            Filter: Ascii.IsValid(text) ? key => ContainsAscii(key[tenantBytes..], text)
                : key => Contains(key[tenantBytes..], text));
        StoreKey? next;
        var searched = 0;
        for (var isFirst = true; ; isFirst = false)
        {
            var page = isFirst ? await First(ask, query.Options, cancellationToken)
                : await store.Range(ask, cancellationToken);
            searched += page.Examined;
            var room = query.Limit - found.Count;
            found.AddRange(page.Entries.Take(room));
            next = page.Entries.Count > room ? page.Entries[room].Key : page.Next;
            ask = ask with { Revision = page.Revision };
            if (found.Count == query.Limit || next is not { } rest || rest.CompareTo(range.End) >= 0
                || time.GetElapsedTime(began) > (query.From is null && found.Count > 0 ? ShortSearch : LongSearch))
                break;
            ask = ask with
            {
                Range = range.From(rest),
                Limit = Math.Min(SearchedAtOnce, Math.Min(2 * ask.Limit, page.FittingLimit)),
            };
            // The embedded engine reads on the calling thread: yield it to other requests between pages.
            await Task.Yield();
        }
        if (query.Fields == KeyFields.All && await LoadValues(found, ask.Revision, cancellationToken) is { } unread)
            next = unread;
        var keyValues = await Read(tenant, query, found, ask.Revision, tenantBytes, cancellationToken);
        return new KeyValuePage(
            keyValues, [],
            next is { } key ? new PagePosition(ask.Revision, key.Bytes[tenantBytes..]) : null, ask.Revision)
        {
            Searched = searched,
        };
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

    // No letter outside of ASCII equals one of ASCII, so most searches compare bytes.
    private static bool ContainsAscii(ReadOnlySpan<byte> name, string text)
    {
        var (lower, upper) = ((byte)char.ToLowerInvariant(text[0]), (byte)char.ToUpperInvariant(text[0]));
        while (name.IndexOfAny(lower, upper) is >= 0 and var at && at + text.Length <= name.Length)
        {
            if (Ascii.EqualsIgnoreCase(name.Slice(at, text.Length), text))
                return true;
            name = name[(at + 1)..];
        }
        return false;
    }

    private static bool Contains(ReadOnlySpan<byte> name, string text)
    {
        var chars = name.Length <= 512 ? stackalloc char[512] : new char[name.Length];
        ReadOnlySpan<char> decoded = chars[..Encoding.UTF8.GetChars(name, chars)];
        return decoded.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
