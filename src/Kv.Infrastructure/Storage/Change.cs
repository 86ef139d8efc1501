namespace Kv.Infrastructure.Storage;

/// <summary>What happened to a key.</summary>
internal enum ChangeKind
{
    /// <summary>It was written. It came to be by this when <see cref="Entry.Version"/> is 1.</summary>
    Put,

    /// <summary>It was deleted.</summary>
    Delete,

    /// <summary>Its deadline passed, and the store removed it.</summary>
    Expire,
}

/// <summary>A change of one key.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The key.</param>
/// <param name="Current">The entry that was written; null when the key is gone.</param>
/// <param name="Previous">The entry before; null when there was none, or when the store no longer keeps it.</param>
internal sealed record Change(ChangeKind Kind, StoreKey Key, Entry? Current, Entry? Previous);

/// <summary>Every change of a watched range at one revision, in byte order of the keys.</summary>
internal sealed record ChangeSet(long Revision, IReadOnlyList<Change> Changes);
