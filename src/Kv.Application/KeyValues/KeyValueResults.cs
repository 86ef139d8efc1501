namespace Kv.Application.KeyValues;

/// <summary>The result of reading a key.</summary>
/// <param name="KeyValue">The key with its value; null when it does not exist.</param>
/// <param name="Revision">The store's revision of the read.</param>
public sealed record ReadResult(KeyValueDto? KeyValue, long Revision);

/// <summary>The result of writing a key.</summary>
/// <param name="IsApplied">Whether the condition held. Otherwise nothing was written.</param>
/// <param name="Revision">The revision of the write, or the present revision when nothing was written.</param>
/// <param name="FoundRevision">
/// When the condition failed, the revision of the key's last write; 0 when the key does not exist.
/// </param>
/// <param name="KeyValue">The key as written; null for a deletion, or when nothing was written.</param>
/// <param name="IsReplayed">
/// Whether this is the stored result of an earlier request with the same idempotency key.
/// </param>
public sealed record WriteResult(
    bool IsApplied, long Revision, long FoundRevision, KeyValueDto? KeyValue, bool IsReplayed = false);

/// <summary>Maps the results of reads and writes for callers.</summary>
internal static class KeyValueResultMapping
{
    public static ReadResult ToReadResult(this IMapper mapper, KeyValueRead read) =>
        new(mapper.Map<KeyValue?, KeyValueDto?>(read.KeyValue), read.Revision);

    public static WriteResult ToWriteResult(this IMapper mapper, KeyValueWrite write) => new(
        write.IsApplied, write.Revision, write.FoundRevision, mapper.Map<KeyValue?, KeyValueDto?>(write.KeyValue));
}
