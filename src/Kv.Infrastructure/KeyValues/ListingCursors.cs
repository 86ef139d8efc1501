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
/// Cursors that are signed with a key that all replicas read from the store. A cursor contains the revision, the
/// position, and a signature over them, the tenant and the query. A restore of the store creates another key, so that
/// no listing continues at a revision of another history.
/// </summary>
internal sealed class ListingCursors(IStore store, KeyLayout layout) : IListingCursors
{
    private const byte Version = 1;
    private const int HeadBytes = 1 + sizeof(long);
    private const int SignatureBytes = 16;
    private const int KeyBytes = 32;

    private EpochKey? _key;

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
        return new PagePosition(
            BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)), bytes.AsMemory(HeadBytes..^SignatureBytes));
    }

    private static ReadOnlySpan<byte> Sign(byte[] key, Tenant tenant, KeyValueQuery query, ReadOnlySpan<byte> content)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Span<byte> length = stackalloc byte[sizeof(int)];
        // Each text has its length before it, so that no two lists of texts have the same bytes.
        foreach (var text in (ReadOnlySpan<string>)
            [tenant.Namespace, tenant.AppName, query.Prefix, query.Delimiter ?? ""])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hmac.AppendData(length);
            hmac.AppendData(bytes);
        }
        hmac.AppendData(content);
        return hmac.GetHashAndReset().AsSpan(0, SignatureBytes);
    }

    // The first replica that needs the key creates it; a replica that loses the race uses the winner's.
    private async ValueTask<byte[]> Key(CancellationToken cancellationToken)
    {
        var epoch = store.Epoch;
        var known = Volatile.Read(ref _key);
        if (known?.Epoch == epoch)
            return known.Bytes;
        var read = await store.Get(layout.CursorKey, ReadConsistency.Linearizable, cancellationToken);
        if (read.Entry is null || (known is not null && read.Entry.Value.Span.SequenceEqual(known.Bytes)))
        {
            var asFound = Compare.ModRevision(layout.CursorKey, CompareRelation.Equal, read.Entry?.ModRevision ?? 0);
            var made = new Operation.Put(layout.CursorKey, RandomNumberGenerator.GetBytes(KeyBytes));
            await store.Commit(new Transaction([asFound], [made]), cancellationToken);
            read = await store.Get(layout.CursorKey, ReadConsistency.Linearizable, cancellationToken);
        }
        var key = read.Entry?.Value.ToArray() ?? throw new StoreUnavailableException(
            "The key of cursors cannot be read.");
        Volatile.Write(ref _key, new EpochKey(epoch, key));
        return key;
    }

    private sealed record EpochKey(Epoch Epoch, byte[] Bytes);
}
