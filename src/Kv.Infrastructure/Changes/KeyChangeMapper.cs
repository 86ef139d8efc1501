using Kv.Domain.Watching;

namespace Kv.Infrastructure.Changes;

/// <summary>Converts the store's changes to domain events.</summary>
internal sealed class KeyChangeMapper(KeyLayout layout, TimeProvider time)
{
    /// <summary>The event; null when the change is not of a tenant's key.</summary>
    public KeyChanged? Map(Change change, long revision)
    {
        if (layout.ReadKeyValue(change.Key) is not { } place)
            return null;
        var (tenant, key) = place;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        // The change has no previous entry when the store no longer keeps it.
        var previous = new PreviousValue(change.Previous?.Value);
        return change switch
        {
            { Current: { Version: 1 } created } =>
                new KeyCreated(tenant, key, revision, now, created.Value, created.Deadline),
            { Current: { } updated } => new KeyUpdated(
                tenant, key, revision, now, updated.Value, updated.Deadline,
                change.Previous is { } before && before.Value.Span.SequenceEqual(updated.Value.Span))
            {
                Previous = previous,
            },
            { Kind: ChangeKind.Expire } =>
                new KeyDeleted(tenant, key, revision, now, DeletionReason.Expired) { Previous = previous },
            _ => new KeyDeleted(tenant, key, revision, now, DeletionReason.Deleted) { Previous = previous },
        };
    }

    /// <summary>The events of the changes at one revision, for tenants' keys only.</summary>
    public KeyChangeSet Map(ChangeSet set)
    {
        var changed = new List<KeyChanged>(set.Changes.Count);
        foreach (var change in set.Changes)
            if (Map(change, set.Revision) is { } one)
                changed.Add(one);
        return new KeyChangeSet(set.Revision, changed);
    }

    /// <summary>
    /// An event that summarizes all changes of a key after a revision, when only its current state is known; null
    /// without a change.
    /// </summary>
    public KeyChanged? Summary(Entry entry, long afterRevision)
    {
        if (entry.ModRevision <= afterRevision || layout.ReadKeyValue(entry.Key) is not { } place)
            return null;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return entry.CreateRevision > afterRevision
            ? new KeyCreated(place.Tenant, place.Key, entry.ModRevision, now, entry.Value, entry.Deadline)
            : new KeyUpdated(
                place.Tenant, place.Key, entry.ModRevision, now, entry.Value, entry.Deadline, IsSameValue: false)
            {
                Previous = default(PreviousValue),
            };
    }
}
