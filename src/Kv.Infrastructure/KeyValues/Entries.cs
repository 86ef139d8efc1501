using System.Text;
using Kv.Domain.KeyValues;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Makes keys and values of the store's entries.</summary>
internal static class Entries
{
    /// <summary>The key of an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="tenantBytes">How many bytes of it say whose key it is.</param>
    public static Key KeyOf(Entry entry, int tenantBytes) => Key.Of(Encoding.UTF8.GetString(entry.Key.Span[tenantBytes..]));

    /// <summary>The key with its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="time">The clock by which its time to live is told.</param>
    /// <param name="content">The entry beside it that tells its content type, if it was read.</param>
    public static KeyValue ToKeyValue(Key key, Entry entry, TimeProvider time, Entry? content = null)
    {
        var expiry = entry.Deadline is { } deadline ? Expiry.At(deadline, time.GetUtcNow()) : (Expiry?)null;
        return new KeyValue(key, entry.Value, expiry, entry.ModRevision)
        {
            CreateRevision = entry.CreateRevision,
            Version = entry.Version,
            ContentType = ContentType(entry, content),
        };
    }

    /// <summary>
    /// The content type of an entry. It is written in the same transaction as the value, and a value that is set without one
    /// leaves it behind: what was not written together does not belong together.
    /// </summary>
    private static string? ContentType(Entry entry, Entry? content) =>
        content is not null && content.ModRevision == entry.ModRevision ? Encoding.UTF8.GetString(content.Value.Span) : null;
}
