using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>A question for the entries of a range, in byte order of their keys.</summary>
/// <param name="Range">Which keys.</param>
/// <param name="Limit">How many entries at most.</param>
/// <param name="Revision">The revision to read at; 0 for the present one.</param>
/// <param name="KeysOnly">Leave the values out.</param>
/// <param name="Consistency">How fresh the answer must be; a past revision is the same everywhere.</param>
/// <param name="WithExpired">
/// Leave in what has expired and is not removed yet: what is listed then is what the changes up to the revision add up to.
/// </param>
internal readonly record struct RangeQuery(
    KeyRange Range,
    int Limit,
    long Revision = 0,
    bool KeysOnly = false,
    ReadConsistency Consistency = ReadConsistency.Linearizable,
    bool WithExpired = false);

/// <summary>The answer to a <see cref="RangeQuery"/>.</summary>
/// <param name="Entries">
/// The entries. There may be fewer than the limit though more follow, because expired ones are left out (unless they were asked for).
/// </param>
/// <param name="Next">Where the next page starts; null when this was the last.</param>
/// <param name="Revision">The revision at which the page was read: ask for the next one there, and the pages fit together.</param>
/// <param name="FittingLimit">
/// The limit that fitted into one answer: lower than the one asked for when the values are large.
/// </param>
internal sealed record RangePage(IReadOnlyList<Entry> Entries, StoreKey? Next, long Revision, int FittingLimit = int.MaxValue);

/// <summary>The answer to a question for one key and another beside it, at one revision.</summary>
/// <param name="Entry">The entry; null when there is none, or when it has expired.</param>
/// <param name="Beside">The other entry, likewise.</param>
/// <param name="Revision">The store's revision when they were read.</param>
internal readonly record struct PairRead(Entry? Entry, Entry? Beside, long Revision);

/// <summary>The answer to a question for one key.</summary>
/// <param name="Entry">The entry; null when there is none, or when it has expired.</param>
/// <param name="Revision">The store's revision when it was read.</param>
internal readonly record struct PointRead(Entry? Entry, long Revision);
