using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// Finds tenants in the keys of all tenants: after a few keys of one tenant, the next read skips its other keys. A
/// cursor is encrypted, because a page may end at a tenant that the caller must not know.
/// </summary>
internal sealed class TenantListings(IStore store, KeyLayout layout, CursorKey cursorKey) : ITenantListings
{
    // In each read etcd counts the rest of the range.
    private const int MaxReads = 32;

    // Small tenants are found together by one read.
    private const int KeysOfRead = 64;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public async Task<TenantPage?> Page(TenantQuery query, string? cursor, CancellationToken cancellationToken)
    {
        var key = await cursorKey.Read(cancellationToken);
        var from = layout.KeyValues.Start;
        if (cursor is not null)
        {
            if (Open(key, query, cursor) is not { } place)
                return null;
            from = place;
        }
        // One more than the limit shows whether the page is the last.
        var found = new SortedDictionary<StoreKey, Tenant>();
        var end = await Search(query, from, query.Limit + 1, found, cancellationToken);
        foreach (var tenant in query.Named)
            if (tenant.Namespace.StartsWith(query.Prefix, StringComparison.Ordinal)
                && layout.KeyValuePrefix(tenant) is var place && place.CompareTo(from) >= 0
                && (end is not { } reached || place.CompareTo(reached) < 0))
                found[place] = tenant;
        if (found.Count > query.Limit)
            end = KeyRange.Prefix(found.Keys.ElementAt(query.Limit - 1)).End;
        return new TenantPage([.. found.Values.Take(query.Limit)], end is { } next ? Seal(key, query, next) : null);
    }

    // Returns the place at which the search stopped; null when it is complete.
    private async Task<StoreKey?> Search(
        TenantQuery query, StoreKey from, int limit, SortedDictionary<StoreKey, Tenant> found,
        CancellationToken cancellationToken)
    {
        var reads = 0;
        foreach (var range in Ranges(query))
            for (StoreKey? next = from.CompareTo(range.Start) > 0 ? from : range.Start;
                next is { } at && at.CompareTo(range.End) < 0;)
            {
                if (found.Count >= limit || reads++ == MaxReads)
                    return at;
                var page = await store.Range(
                    new RangeQuery(range.From(at), KeysOfRead, KeysOnly: true), cancellationToken);
                next = page.Next;
                foreach (var entry in page.Entries)
                    if (entry.Key.CompareTo(at) >= 0 && layout.ReadKeyValue(entry.Key)?.Tenant is { } tenant
                        && layout.KeyValuePrefix(tenant) is var place && entry.Key.Span.StartsWith(place.Span))
                    {
                        if (query.Covers(tenant))
                            found[place] = tenant;
                        at = KeyRange.Prefix(place).End;
                    }
                if (next is { } rest && rest.CompareTo(at) < 0)
                    next = at;
            }
        return null;
    }

    // In order, and without overlaps.
    private IEnumerable<KeyRange> Ranges(TenantQuery query)
    {
        if (query.Namespaces is null)
            return [KeyRange.Prefix(Under(query.Prefix))];
        return query.Namespaces.Where(name => name.StartsWith(query.Prefix, StringComparison.Ordinal))
            .Select(name => KeyRange.Prefix(Under($"{name}/"))).OrderBy(range => range.Start);

        StoreKey Under(string text) =>
            new((byte[])[.. layout.KeyValues.Start.Span, .. Encoding.UTF8.GetBytes(text)]);
    }

    private static string Seal(byte[] key, TenantQuery query, StoreKey place)
    {
        var bytes = new byte[NonceBytes + TagBytes + place.Bytes.Length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceBytes));
        using var cipher = Cipher(key);
        cipher.Encrypt(
            bytes.AsSpan(0, NonceBytes), place.Span, bytes.AsSpan(NonceBytes + TagBytes),
            bytes.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(query.Prefix));
        return Base64Url.EncodeToString(bytes);
    }

    private static StoreKey? Open(byte[] key, TenantQuery query, string cursor)
    {
        if (!Base64Url.IsValid(cursor, out var length) || length < NonceBytes + TagBytes)
            return null;
        var bytes = Base64Url.DecodeFromChars(cursor);
        var place = new byte[bytes.Length - NonceBytes - TagBytes];
        using var cipher = Cipher(key);
        try
        {
            cipher.Decrypt(
                bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes + TagBytes), bytes.AsSpan(NonceBytes, TagBytes),
                place, Encoding.UTF8.GetBytes(query.Prefix));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return new StoreKey(place);
    }

    // Derives a separate key: the stored key itself signs the cursors of other listings.
    private static AesGcm Cipher(byte[] key) => new(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, outputLength: 32, info: "tenants"u8.ToArray()), TagBytes);
}
