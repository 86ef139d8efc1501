using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// Cursors that are signed. A cursor contains the revision, the position, and a signature over them, the tenant and the
/// query.
/// </summary>
internal sealed class ListingCursors(CursorKey cursorKey) : IListingCursors
{
    private const byte Version = 1;
    private const int HeadBytes = 1 + sizeof(long);
    private const int SignatureBytes = 16;

    public async ValueTask<string> Write(
        Tenant tenant, KeyValueQuery query, PagePosition position, CancellationToken cancellationToken)
    {
        var key = await cursorKey.Read(cancellationToken);
        var bytes = new byte[HeadBytes + position.Start.Length + SignatureBytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), position.Revision);
        position.Start.Span.CopyTo(bytes.AsSpan(HeadBytes));
        Sign(key, tenant, query, bytes.AsSpan(..^SignatureBytes)).CopyTo(bytes.AsSpan(^SignatureBytes..));
        return Base64Url.EncodeToString(bytes);
    }

    public async ValueTask<PagePosition?> Read(
        Tenant tenant, KeyValueQuery query, string cursor, CancellationToken cancellationToken)
    {
        if (!Base64Url.IsValid(cursor, out var length) || length < HeadBytes + SignatureBytes)
            return null;
        var key = await cursorKey.Read(cancellationToken);
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (!CryptographicOperations.FixedTimeEquals(
            Sign(key, tenant, query, bytes.AsSpan(..^SignatureBytes)), bytes.AsSpan(^SignatureBytes..)))
            return null;
        return new PagePosition(
            BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)), bytes.AsMemory(HeadBytes..^SignatureBytes));
    }

    private static ReadOnlySpan<byte> Sign(byte[] key, Tenant tenant, KeyValueQuery query, ReadOnlySpan<byte> content)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Span<byte> length = stackalloc byte[sizeof(int)];
        // Listings without a searched text keep the cursors of earlier versions.
        string[] searched = query.Contains is { } contained ? [contained] : [];
        // Each text has its length before it, so that no two lists of texts have the same bytes.
        foreach (var text in (ReadOnlySpan<string>)
            [tenant.Namespace, tenant.AppName, query.Prefix, query.Delimiter ?? "", .. searched])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hmac.AppendData(length);
            hmac.AppendData(bytes);
        }
        hmac.AppendData(content);
        return hmac.GetHashAndReset().AsSpan(0, SignatureBytes);
    }
}
