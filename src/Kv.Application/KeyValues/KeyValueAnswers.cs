namespace Kv.Application.KeyValues;

/// <summary>What was found of a key.</summary>
/// <param name="KeyValue">The key with its value; null when there is none.</param>
/// <param name="Revision">The store's revision at which it was read.</param>
public sealed record KeyValueLookup(KeyValueDto? KeyValue, long Revision);

/// <summary>What became of a write of a key.</summary>
/// <param name="IsApplied">Whether its condition held. If not, nothing was written.</param>
/// <param name="Revision">The revision of the store that it took; where nothing was written, the present one.</param>
/// <param name="FoundRevision">Where the condition did not hold, the revision at which the key was last written; 0 when there is none.</param>
/// <param name="KeyValue">The key as it was written; null where nothing was, or where it was deleted.</param>
/// <param name="IsReplayed">Whether it was done before, under the same name, and this is what became of it then.</param>
public sealed record KeyValueChange(
    bool IsApplied, long Revision, long FoundRevision, KeyValueDto? KeyValue, bool IsReplayed = false);
