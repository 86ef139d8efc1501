using System.Collections.Immutable;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The names of the keys that changed between two revisions, in the order of the changes. A list does not change:
/// <see cref="With"/> returns another one, which shares most of its memory.
/// </summary>
internal sealed class ChangedKeys
{
    /// <summary>How many changes should be added at once.</summary>
    public const int PartSize = 1_024;

    private const long MaxBytes = 32 * 1024 * 1024;

    // An item of the array, and the array of the name.
    private const int ChangeBytes = 64;

    private readonly ImmutableArray<Part> _parts;

    private ChangedKeys(Epoch epoch, long from, long through, ImmutableArray<Part> parts, bool isTrimmed) =>
        (Epoch, From, Through, _parts, IsTrimmed) = (epoch, from, through, parts, isTrimmed);

    /// <summary>The epoch of its revisions.</summary>
    public Epoch Epoch { get; }

    /// <summary>The first revision that it covers.</summary>
    public long From { get; }

    /// <summary>The last revision that it covers.</summary>
    public long Through { get; }

    /// <summary>Whether it has dropped its oldest names to stay within its limit of memory.</summary>
    public bool IsTrimmed { get; }

    /// <summary>An empty list, to which changes from a revision on are added.</summary>
    public static ChangedKeys StartAt(Epoch epoch, long revision) =>
        new(epoch, revision, revision - 1, [], isTrimmed: false);

    /// <summary>The list with later changes. It drops the oldest names when it exceeds its limit.</summary>
    /// <param name="changes">All changes after <see cref="Through"/> up to a revision.</param>
    /// <param name="through">That revision.</param>
    public ChangedKeys With(IEnumerable<ChangedKey> changes, long through)
    {
        var parts = _parts.ToBuilder();
        if (parts is [.., { Keys.Length: < PartSize } last])
        {
            parts.RemoveAt(parts.Count - 1);
            changes = last.Keys.Concat(changes);
        }
        foreach (var keys in changes.Chunk(PartSize))
            parts.Add(new Part(keys, keys.Sum(key => (long)ChangeBytes + key.Key.Bytes.Length)));
        var (from, dropped) = (From, 0);
        for (var bytes = parts.Sum(part => part.Bytes); bytes > MaxBytes; dropped++)
        {
            bytes -= parts[dropped].Bytes;
            from = parts[dropped].Keys[^1].Revision + 1;
        }
        parts.RemoveRange(0, dropped);
        return new ChangedKeys(Epoch, from, through, parts.ToImmutable(), IsTrimmed || dropped > 0);
    }

    /// <summary>The changes of a range, from a revision to another, both included.</summary>
    public IEnumerable<ChangedKey> Of(KeyRange range, long from, long through)
    {
        foreach (var part in _parts)
        {
            if (part.Keys[^1].Revision < from)
                continue;
            foreach (var key in part.Keys)
            {
                if (key.Revision > through)
                    yield break;
                if (key.Revision >= from && range.Contains(key.Key))
                    yield return key;
            }
        }
    }

    private sealed record Part(ChangedKey[] Keys, long Bytes);
}

/// <summary>A change of a key.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Key">The key.</param>
/// <param name="IsPut">Whether the key was written; otherwise it was removed.</param>
internal readonly record struct ChangedKey(long Revision, StoreKey Key, bool IsPut);
