using System.Collections.Concurrent;
using System.Globalization;

namespace Kv.Api.Tests.Abuse;

/// <summary>The answers to an attack, and to the neighbour meanwhile.</summary>
internal sealed class Outcome
{
    private int _missed;

    /// <summary>How long the neighbour's reads took, in milliseconds.</summary>
    public ConcurrentBag<double> Reads { get; } = [];

    /// <summary>How long the neighbour's writes took, in milliseconds.</summary>
    public ConcurrentBag<double> Writes { get; } = [];

    /// <summary>
    /// The count of each answer to the attack: the status, and the <c>error</c> of a refusal; empty for no answer.
    /// </summary>
    public ConcurrentDictionary<string, int> Answers { get; } = [];

    /// <summary>How often the neighbour was not answered 200.</summary>
    public int MissedCount => _missed;

    public void Answered(string answer) => Answers.AddOrUpdate(answer, 1, (_, count) => count + 1);

    public void Missed() => Interlocked.Increment(ref _missed);

    /// <summary>The time in which 99 of 100 were answered, in milliseconds.</summary>
    public static double P99(ConcurrentBag<double> times)
    {
        var sorted = times.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)(0.99 * (sorted.Length - 1))];
    }

    public override string ToString() => string.Join(", ", Answers.OrderBy(answer => answer.Key, StringComparer.Ordinal)
        .Select(
            answer =>
                $"{(answer.Key.Length == 0 ? "none" : answer.Key)}: "
                    + $"{answer.Value.ToString(CultureInfo.InvariantCulture)}"));
}
