using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// Cursors that are signed with a key which all replicas find in the store: the revision, the position, and a signature over
/// them and over what was asked by whom.
/// </summary>
internal sealed class ListingCursors(IStore store, KeyLayout layout) : IListingCursors
{
    private const byte Version = 1;
    private const int HeadBytes = 1 + sizeof(long);
    private const int SignatureBytes = 16;
    private const int KeyBytes = 32;

    private byte[]? _key;

    public async ValueTask<string> Write(
        Tenant tenant, KeyValueQuery query, PagePosition position, CancellationToken cancellationToken)
    {
        var key = await Key(cancellationToken);
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
        var key = await Key(cancellationToken);
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (!CryptographicOperations.FixedTimeEquals(
            Sign(key, tenant, query, bytes.AsSpan(..^SignatureBytes)), bytes.AsSpan(^SignatureBytes..)))
            return null;
        return new PagePosition(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)), bytes.AsMemory(HeadBytes..^SignatureBytes));
    }

    private static ReadOnlySpan<byte> Sign(byte[] key, Tenant tenant, KeyValueQuery query, ReadOnlySpan<byte> content)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Span<byte> length = stackalloc byte[sizeof(int)];
        // With its length before each, no two lists of texts look alike.
        foreach (var text in (ReadOnlySpan<string>)[tenant.Namespace, tenant.AppName, query.Prefix, query.Delimiter ?? ""])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hmac.AppendData(length);
            hmac.AppendData(bytes);
        }
        hmac.AppendData(content);
        return hmac.GetHashAndReset().AsSpan(0, SignatureBytes);
    }

    // Whoever needs it first makes it; who loses the race takes the winner's.
    private async ValueTask<byte[]> Key(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _key) is { } known)
            return known;
        var read = await store.Get(layout.CursorKey, ReadConsistency.Linearizable, cancellationToken);
        if (read.Entry is null)
        {
            var made = new Operation.Put(layout.CursorKey, RandomNumberGenerator.GetBytes(KeyBytes));
            await store.Commit(new Transaction([Compare.Absent(layout.CursorKey)], [made]), cancellationToken);
            read = await store.Get(layout.CursorKey, ReadConsistency.Linearizable, cancellationToken);
        }
        var key = read.Entry?.Value.ToArray() ?? throw new StoreUnavailableException("The key of cursors cannot be read.");
        Volatile.Write(ref _key, key);
        return key;
    }
}
