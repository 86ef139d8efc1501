namespace Kv.Benchmarks.Soak;

/// <summary>How much a line may rise: a share of its level, and an amount beside it.</summary>
internal readonly record struct Tolerance(double Share, double Amount);

/// <summary>
/// Whether a line ends flat. The rule: the median of the last quarter is at most the median of the second quarter, plus
/// the tolerance. The first quarter does not count: there the process compiles itself and fills its pools.
/// </summary>
internal readonly record struct Flatness(double Second, double Last, double Limit)
{
    public bool IsFlat => Last <= Limit;

    /// <param name="values">The samples in order; NaN where nothing was measured.</param>
    /// <param name="tolerance">How much the line may rise.</param>
    public static Flatness Of(IReadOnlyList<double> values, Tolerance tolerance)
    {
        var quarter = values.Count / 4;
        var second = Median(values.Skip(quarter).Take(quarter));
        return new Flatness(
            second, Median(values.Skip(3 * quarter)), (second * (1 + tolerance.Share)) + tolerance.Amount);
    }

    /// <summary>The median of the measurements; NaN without any, which is never flat.</summary>
    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Where(value => !double.IsNaN(value)).Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[sorted.Count / 2];
    }
}
