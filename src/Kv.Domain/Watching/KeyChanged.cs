using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;

namespace Kv.Domain.Watching;

/// <summary>
/// A domain event: a key was changed. Events are raised from the store's own feed of changes and from nowhere else, so
/// that there is one for each change that was committed, by whichever replica, and none for one that was not.
/// </summary>
/// <param name="Tenant">Whose key it is.</param>
/// <param name="Key">The key.</param>
/// <param name="Revision">The store's revision at which it happened. No key changes twice at one revision.</param>
/// <param name="SeenAt">The second of Unix time at which the change was read from the feed.</param>
public abstract record KeyChanged(Tenant Tenant, Key Key, long Revision, long SeenAt)
{
    /// <summary>What happened.</summary>
    public abstract KeyChangeKind Kind { get; }

    /// <summary>The value that was written, byte for byte; null when the key is gone.</summary>
    public abstract ReadOnlyMemory<byte>? NewValue { get; }

    /// <summary>The second of Unix time at which the key expires; null when it does not, or is gone.</summary>
    public abstract long? ExpireAt { get; }

    /// <summary>The <c>traceparent</c> (W3C Trace Context) of the request that changed it; null where none was traced.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>A key came to be.</summary>
/// <param name="Tenant"><inheritdoc cref="KeyChanged" path="/param[@name='Tenant']"/></param>
/// <param name="Key"><inheritdoc cref="KeyChanged" path="/param[@name='Key']"/></param>
/// <param name="Revision"><inheritdoc cref="KeyChanged" path="/param[@name='Revision']"/></param>
/// <param name="SeenAt"><inheritdoc cref="KeyChanged" path="/param[@name='SeenAt']"/></param>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="ExpireAt">The second of Unix time at which the key expires; null when it does not.</param>
public sealed record KeyCreated(
    Tenant Tenant, Key Key, long Revision, long SeenAt, ReadOnlyMemory<byte> Value, long? ExpireAt)
    : KeyChanged(Tenant, Key, Revision, SeenAt)
{
    /// <inheritdoc/>
    public override KeyChangeKind Kind => KeyChangeKind.Create;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? NewValue => Value;

    /// <inheritdoc/>
    public override long? ExpireAt { get; } = ExpireAt;
}

/// <summary>A key was written over.</summary>
/// <param name="Tenant"><inheritdoc cref="KeyChanged" path="/param[@name='Tenant']"/></param>
/// <param name="Key"><inheritdoc cref="KeyChanged" path="/param[@name='Key']"/></param>
/// <param name="Revision"><inheritdoc cref="KeyChanged" path="/param[@name='Revision']"/></param>
/// <param name="SeenAt"><inheritdoc cref="KeyChanged" path="/param[@name='SeenAt']"/></param>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="ExpireAt">The second of Unix time at which the key expires; null when it does not.</param>
/// <param name="IsSameValue">Whether the value before was the same; false where the store no longer knows it.</param>
public sealed record KeyUpdated(
    Tenant Tenant, Key Key, long Revision, long SeenAt, ReadOnlyMemory<byte> Value, long? ExpireAt, bool IsSameValue)
    : KeyChanged(Tenant, Key, Revision, SeenAt)
{
    /// <inheritdoc/>
    public override KeyChangeKind Kind => KeyChangeKind.Update;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? NewValue => Value;

    /// <inheritdoc/>
    public override long? ExpireAt { get; } = ExpireAt;
}

/// <summary>A key is gone.</summary>
/// <param name="Tenant"><inheritdoc cref="KeyChanged" path="/param[@name='Tenant']"/></param>
/// <param name="Key"><inheritdoc cref="KeyChanged" path="/param[@name='Key']"/></param>
/// <param name="Revision"><inheritdoc cref="KeyChanged" path="/param[@name='Revision']"/></param>
/// <param name="SeenAt"><inheritdoc cref="KeyChanged" path="/param[@name='SeenAt']"/></param>
/// <param name="Reason">Why it is gone.</param>
public sealed record KeyDeleted(Tenant Tenant, Key Key, long Revision, long SeenAt, DeletionReason Reason)
    : KeyChanged(Tenant, Key, Revision, SeenAt)
{
    /// <inheritdoc/>
    public override KeyChangeKind Kind =>
        Reason == DeletionReason.Expired ? KeyChangeKind.Expire : KeyChangeKind.Delete;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? NewValue => null;

    /// <inheritdoc/>
    public override long? ExpireAt => null;
}

/// <summary>Why a key is gone.</summary>
public enum DeletionReason
{
    /// <summary>Somebody deleted it.</summary>
    Deleted,

    /// <summary>Its time to live ran out.</summary>
    Expired,
}
