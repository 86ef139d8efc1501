namespace Kv.Infrastructure.Storage;

/// <summary>A query for the entries of a range, in byte order of their keys.</summary>
/// <param name="Range">The keys.</param>
/// <param name="Limit">The most entries to return.</param>
/// <param name="Revision">The revision to read at; 0 for the current one.</param>
/// <param name="KeysOnly">Whether to omit the values.</param>
/// <param name="Consistency">How fresh the answer must be. A past revision is the same on every member.</param>
/// <param name="WithExpired">
/// Whether to include entries that have expired and are not removed yet: the entries are then the sum of all changes up
/// to the revision.
/// </param>
/// <param name="Filter">
/// Selects entries by their keys; null for all. The limit is then the most keys to read: a page may have few entries,
/// or none, though more follow.
/// </param>
internal readonly record struct RangeQuery(
    KeyRange Range,
    int Limit,
    long Revision = 0,
    bool KeysOnly = false,
    ReadConsistency Consistency = ReadConsistency.Linearizable,
    bool WithExpired = false,
    KeyFilter? Filter = null);

/// <summary>Whether a key is selected.</summary>
internal delegate bool KeyFilter(ReadOnlySpan<byte> key);

/// <summary>The answer to a <see cref="RangeQuery"/>.</summary>
/// <param name="Entries">
/// The entries. There may be fewer than the limit though more follow: expired ones are omitted unless the query
/// includes them.
/// </param>
/// <param name="Next">The start of the next page; null on the last page.</param>
/// <param name="Revision">
/// The revision at which the page was read. Read the next page at it, and the pages fit together.
/// </param>
/// <param name="FittingLimit">
/// The limit that fitted into one answer: lower than the limit of the query when the values are large.
/// </param>
/// <param name="Examined">How many keys a query with a filter examined.</param>
internal sealed record RangePage(
    IReadOnlyList<Entry> Entries, StoreKey? Next, long Revision, int FittingLimit = int.MaxValue, int Examined = 0);

/// <summary>The answer to a read of two keys at one revision.</summary>
/// <param name="First">The entry of the first key; null when there is no entry or it has expired.</param>
/// <param name="Second">The entry of the second key, likewise.</param>
/// <param name="Revision">The store's revision when they were read.</param>
internal readonly record struct PairRead(Entry? First, Entry? Second, long Revision);

/// <summary>The answer to a read of one key.</summary>
/// <param name="Entry">The entry; null when there is no entry or it has expired.</param>
/// <param name="Revision">The store's revision when it was read.</param>
internal readonly record struct PointRead(Entry? Entry, long Revision);
