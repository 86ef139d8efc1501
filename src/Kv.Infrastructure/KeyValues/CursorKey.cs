using System.Security.Cryptography;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// The key that signs cursors. All replicas read it from the store. After a restore of the store another key is
/// created, so that no listing continues at a revision of another history.
/// </summary>
internal sealed class CursorKey(IStore store, KeyLayout layout)
{
    private const int KeyBytes = 32;

    private EpochKey? _key;

    // The first replica that needs the key creates it; a replica that loses the race uses the winner's.
    public async ValueTask<byte[]> Read(CancellationToken cancellationToken)
    {
        var epoch = store.Epoch;
        var known = Volatile.Read(ref _key);
        if (known?.Epoch == epoch)
            return known.Bytes;
        var read = await store.Get(layout.CursorKey, ReadConsistency.Linearizable, cancellationToken);
        if (read.Entry is null || (known is not null && read.Entry.Value.Span.SequenceEqual(known.Bytes)))
        {
            var asFound = Compare.ModRevision(layout.CursorKey, CompareRelation.Equal, read.Entry?.ModRevision ?? 0);
            var creation = new Operation.Put(layout.CursorKey, RandomNumberGenerator.GetBytes(KeyBytes));
            await store.Commit(new Transaction([asFound], [creation]), cancellationToken);
            read = await store.Get(layout.CursorKey, ReadConsistency.Linearizable, cancellationToken);
        }
        var key = read.Entry?.Value.ToArray() ?? throw new StoreUnavailableException(
            "The key of cursors cannot be read.");
        Volatile.Write(ref _key, new EpochKey(epoch, key));
        return key;
    }

    private sealed record EpochKey(Epoch Epoch, byte[] Bytes);
}
