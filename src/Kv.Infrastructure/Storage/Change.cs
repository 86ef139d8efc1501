namespace Kv.Infrastructure.Storage;

internal enum ChangeKind
{
    /// <summary>The key was written. It was created by this change when <see cref="Entry.Version"/> is 1.</summary>
    Put,

    Delete,

    /// <summary>The key's deadline passed, and the store removed it.</summary>
    Expire,
}

/// <summary>A change of one key.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Key">The key.</param>
/// <param name="Current">The entry that was written; null when the key is gone.</param>
/// <param name="Previous">The entry before; null for a new key, and when the store no longer keeps it.</param>
internal sealed record Change(ChangeKind Kind, StoreKey Key, Entry? Current, Entry? Previous);

/// <summary>Every change of a watched range at one revision, in byte order of the keys.</summary>
internal sealed record ChangeSet(long Revision, IReadOnlyList<Change> Changes);
