using System.Globalization;
using System.Text;

namespace Kv.Infrastructure.Deliveries;

/// <summary>How long a webhook has only failed, as observed by processes.</summary>
/// <param name="Since">The time of its first failure by the clock, for display.</param>
/// <param name="Observed">
/// How long processes observed it failing: the time between failures that one process met. So neither a time without a
/// process nor a change of the clock counts.
/// </param>
internal sealed record FailureStreak(DateTimeOffset Since, int Failures, TimeSpan Observed)
{
    /// <summary>With fewer failures a webhook is not disabled, however far apart they are.</summary>
    public const int MinFailures = 10;

    public bool ShouldDisable(TimeSpan disableAfter) => Failures >= MinFailures && Observed >= disableAfter;

    /// <summary>The stored form: three numbers. Earlier versions read only the first.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{Since.ToUnixTimeMilliseconds()} {Failures} {(long)Observed.TotalMilliseconds}"));

    /// <summary>
    /// Reads the stored form; null when it cannot be read. The form of an earlier version starts a new count.
    /// </summary>
    public static FailureStreak? TryRead(ReadOnlySpan<byte> stored)
    {
        long[] numbers = [.. Encoding.UTF8.GetString(stored).Split(' ')
            .Select(part => long.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return numbers switch
        {
            [>= 0 and var since] => new FailureStreak(DateTimeOffset.FromUnixTimeMilliseconds(since), 1, TimeSpan.Zero),
            [>= 0 and var since, >= 0 and <= int.MaxValue and var failures, >= 0 and var observed] => new FailureStreak(
                DateTimeOffset.FromUnixTimeMilliseconds(since), (int)failures, TimeSpan.FromMilliseconds(observed)),
            _ => null,
        };
    }
}
