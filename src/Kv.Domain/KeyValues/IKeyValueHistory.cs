using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;

namespace Kv.Domain.KeyValues;

/// <summary>What happened to a key, as far back as the store keeps it.</summary>
public interface IKeyValueHistory
{
    /// <summary>Reads the last things that happened to a key.</summary>
    /// <param name="tenant">Whose key it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="limit">How many at most; fewer where their values are large.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be asked in time.</exception>
    Task<KeyHistory> Read(Tenant tenant, Key key, int limit, CancellationToken cancellationToken);
}

/// <summary>What happened to a key.</summary>
/// <param name="Changes">What happened, the newest first.</param>
/// <param name="OldestRevision">The oldest revision that the store still keeps, as far as is known; what was before is forgotten.</param>
public sealed record KeyHistory(IReadOnlyList<PastChange> Changes, long OldestRevision);

/// <summary>Something that happened to a key.</summary>
/// <param name="Kind">What.</param>
/// <param name="Revision">The revision of the store at which it happened.</param>
/// <param name="Value">The value that was written, byte for byte; null when the key was gone.</param>
/// <param name="ExpireAt">The second of Unix time at which it was to expire; null when it was not.</param>
public sealed record PastChange(KeyChangeKind Kind, long Revision, ReadOnlyMemory<byte>? Value, long? ExpireAt);
