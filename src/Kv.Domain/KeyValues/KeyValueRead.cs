namespace Kv.Domain.KeyValues;

/// <summary>Options for reading a key.</summary>
/// <param name="MinRevision">The minimum revision of a read that may be stale; 0 for any.</param>
/// <param name="WithContentType">Whether to read the content type as well.</param>
/// <param name="AtRevision">The past revision to read at; 0 for the present.</param>
public readonly record struct ReadOptions(
    ReadConsistency Consistency = ReadConsistency.Linearizable, long MinRevision = 0, bool WithContentType = false,
    long AtRevision = 0);

/// <summary>The result of reading a key.</summary>
/// <param name="KeyValue">The key with its value; null when the key does not exist or has expired.</param>
/// <param name="Revision">The store's revision of the read.</param>
public readonly record struct KeyValueRead(KeyValue? KeyValue, long Revision);
