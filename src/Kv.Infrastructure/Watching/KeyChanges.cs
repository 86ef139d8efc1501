using Kv.Domain.Watching;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>Makes domain events of the store's changes.</summary>
internal sealed class KeyChanges(KeyLayout layout, TimeProvider time)
{
    /// <summary>The event; null when the change is of no tenant's key.</summary>
    public KeyChanged? Of(Change change, long revision)
    {
        if (layout.ReadKeyValue(change.Key) is not { } place)
            return null;
        var (tenant, key) = place;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return change switch
        {
            { Current: { Version: 1 } created } =>
                new KeyCreated(tenant, key, revision, now, created.Value, created.Deadline),
            { Current: { } updated } => new KeyUpdated(
                tenant, key, revision, now, updated.Value, updated.Deadline,
                change.Previous is { } previous && previous.Value.Span.SequenceEqual(updated.Value.Span)),
            { Kind: ChangeKind.Expire } => new KeyDeleted(tenant, key, revision, now, DeletionReason.Expired),
            _ => new KeyDeleted(tenant, key, revision, now, DeletionReason.Deleted),
        };
    }

    /// <summary>The events of the changes at one revision, without what is of no tenant's key.</summary>
    public KeyChangeSet Of(ChangeSet set)
    {
        var changed = new List<KeyChanged>(set.Changes.Count);
        foreach (var change in set.Changes)
            if (Of(change, set.Revision) is { } one)
                changed.Add(one);
        return new KeyChangeSet(set.Revision, changed);
    }

    /// <summary>
    /// The event that stands for all that happened to a key after a revision, where only its present state is known;
    /// null when nothing did.
    /// </summary>
    public KeyChanged? Summary(Entry entry, long afterRevision)
    {
        if (entry.ModRevision <= afterRevision || layout.ReadKeyValue(entry.Key) is not { } place)
            return null;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return entry.CreateRevision > afterRevision
            ? new KeyCreated(place.Tenant, place.Key, entry.ModRevision, now, entry.Value, entry.Deadline)
            : new KeyUpdated(place.Tenant, place.Key, entry.ModRevision, now, entry.Value, entry.Deadline, IsSameValue: false);
    }
}
