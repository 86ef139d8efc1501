using Kv.Domain.Storage;

namespace Kv.Domain.KeyValues;

/// <summary>How a key is to be read.</summary>
/// <param name="Consistency">How fresh the answer must be.</param>
/// <param name="MinRevision">A read that may be stale must be as fresh as this revision of the store; 0 for any.</param>
/// <param name="WithContentType">Whether to read the content type as well.</param>
/// <param name="AtRevision">The revision of the store at which to read it, as it stood then; 0 for the present.</param>
public readonly record struct ReadOptions(
    ReadConsistency Consistency = ReadConsistency.Linearizable, long MinRevision = 0, bool WithContentType = false,
    long AtRevision = 0);

/// <summary>What was found of a key.</summary>
/// <param name="KeyValue">The key with its value; null when there is none, or when it has expired.</param>
/// <param name="Revision">The store's revision at which it was read.</param>
public readonly record struct KeyValueRead(KeyValue? KeyValue, long Revision);
