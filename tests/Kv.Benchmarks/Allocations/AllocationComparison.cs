namespace Kv.Benchmarks.Allocations;

/// <summary>The result of the comparison of a measured figure with the committed one.</summary>
internal enum AllocationVerdict
{
    /// <summary>Within the tolerance.</summary>
    Kept,

    /// <summary>More than allowed.</summary>
    Exceeded,

    /// <summary>So much less that the committed figure should be renewed.</summary>
    Fallen,

    /// <summary>There is no committed figure for it.</summary>
    Unknown,

    /// <summary>There is a committed figure, and nothing was measured for it.</summary>
    Missing,
}

/// <summary>One operation's figures.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Committed">Bytes by the committed file; null where it has none.</param>
/// <param name="Measured">The measured bytes; null where there is no such operation.</param>
/// <param name="Verdict">The result of the comparison.</param>
internal readonly record struct AllocationComparison(
    string Operation, long? Committed, long? Measured, AllocationVerdict Verdict)
{
    /// <summary>How far a figure may be from the committed one, as a share of it.</summary>
    public const double Tolerance = 0.10;

    // For a figure of a few bytes, one more object is a large share, so this amount is always allowed.
    private const long SmallestObject = 24;

    /// <summary>Whether it fails the check. A lower figure does not.</summary>
    public bool IsFailure =>
        Verdict is AllocationVerdict.Exceeded or AllocationVerdict.Unknown or AllocationVerdict.Missing;

    /// <summary>Compares all figures, in the order of the operations' names.</summary>
    public static IReadOnlyList<AllocationComparison> Of(
        IReadOnlyDictionary<string, long> committed, IReadOnlyDictionary<string, long> measured) =>
    [
        .. committed.Keys.Union(measured.Keys).Order(StringComparer.Ordinal).Select(operation => Of(
            operation,
            committed.TryGetValue(operation, out var before) ? before : null,
            measured.TryGetValue(operation, out var now) ? now : null)),
    ];

    private static AllocationComparison Of(string operation, long? committed, long? measured) => new(
        operation, committed, measured, (committed, measured) switch
        {
            (null, _) => AllocationVerdict.Unknown,
            (_, null) => AllocationVerdict.Missing,
            ({ } before, { } now) when now > before + Room(before) => AllocationVerdict.Exceeded,
            ({ } before, { } now) when now < before - Room(before) => AllocationVerdict.Fallen,
            _ => AllocationVerdict.Kept,
        });

    private static double Room(long committed) =>
        committed == 0 ? 0 : Math.Max(committed * Tolerance, committed < 100 ? SmallestObject : 0);
}
