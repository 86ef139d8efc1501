using Kv.Domain.KeyValues;

namespace Kv.Domain.Watching;

/// <summary>
/// A domain event: a key was changed. The store's change feed is the only source of these events, so each committed
/// change raises one event, whether this replica or another wrote it.
/// </summary>
/// <param name="Tenant">The tenant that owns the key.</param>
/// <param name="Key">The key.</param>
/// <param name="Revision">The revision of the change. No key changes twice at one revision.</param>
/// <param name="SeenAt">The Unix second at which the change was read from the feed.</param>
/// <param name="Kind">The kind of the change.</param>
/// <param name="NewValue">The value that was written, byte for byte; null for a deletion or an expiry.</param>
/// <param name="ExpireAt">
/// The key's expiry, in Unix seconds; null when the key does not expire or no longer exists.
/// </param>
public abstract record KeyChanged(
    Tenant Tenant, Key Key, long Revision, long SeenAt, KeyChangeKind Kind, ReadOnlyMemory<byte>? NewValue,
    long? ExpireAt)
{
    /// <summary>The key's previous state; null when the key did not exist.</summary>
    public PreviousValue? Previous { get; init; }

    /// <summary>
    /// The <c>traceparent</c> (W3C Trace Context) of the request that changed the key; null when it was not traced.
    /// </summary>
    public string? TraceParent { get; init; }
}

/// <summary>A key was created.</summary>
public sealed record KeyCreated(
    Tenant Tenant, Key Key, long Revision, long SeenAt, ReadOnlyMemory<byte>? NewValue, long? ExpireAt)
    : KeyChanged(Tenant, Key, Revision, SeenAt, KeyChangeKind.Create, NewValue, ExpireAt);

/// <summary>A key was overwritten.</summary>
/// <param name="IsSameValue">Whether the previous value was the same; false when the store no longer has it.</param>
public sealed record KeyUpdated(
    Tenant Tenant, Key Key, long Revision, long SeenAt, ReadOnlyMemory<byte>? NewValue, long? ExpireAt,
    bool IsSameValue)
    : KeyChanged(Tenant, Key, Revision, SeenAt, KeyChangeKind.Update, NewValue, ExpireAt);

/// <summary>A key was deleted or has expired.</summary>
public sealed record KeyDeleted(Tenant Tenant, Key Key, long Revision, long SeenAt, DeletionReason Reason)
    : KeyChanged(
        Tenant, Key, Revision, SeenAt,
        Reason == DeletionReason.Expired ? KeyChangeKind.Expire : KeyChangeKind.Delete, NewValue: null, ExpireAt: null);

/// <summary>The reasons for the end of a key.</summary>
public enum DeletionReason
{
    /// <summary>A caller deleted the key.</summary>
    Deleted,

    /// <summary>The key's time to live ended.</summary>
    Expired,
}
