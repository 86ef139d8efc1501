using System.Text;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Converts the store's entries to keys and values.</summary>
internal static class EntryMapper
{
    /// <summary>The key of an entry.</summary>
    /// <param name="tenantBytes">The length of the tenant's prefix in bytes.</param>
    public static Key KeyOf(Entry entry, int tenantBytes) =>
        Key.Parse(Encoding.UTF8.GetString(entry.Key.Span[tenantBytes..]));

    /// <summary>The key with its value.</summary>
    /// <param name="content">The entry with its content type, if it was read.</param>
    public static KeyValue ToKeyValue(Key key, Entry entry, TimeProvider time, Entry? content = null)
    {
        var expiry = entry.Deadline is { } deadline ? Expiry.At(deadline, time.GetUtcNow()) : (Expiry?)null;
        return new KeyValue(key, entry.Value, expiry, entry.ModRevision)
        {
            CreateRevision = entry.CreateRevision,
            Version = entry.Version,
            // Written in the same transaction as the value. A write without a content type leaves the previous one in
            // the store: a content type of another revision does not belong to the value.
            ContentType = content?.ModRevision == entry.ModRevision
                ? Encoding.UTF8.GetString(content.Value.Span)
                : null,
        };
    }
}
