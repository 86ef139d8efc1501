using System.Globalization;
using System.Text;

namespace Kv.Infrastructure.Deliveries;

/// <summary>How long a webhook has only failed, as far as processes observed it.</summary>
/// <param name="Since">The time of its first failure by the clock, for display.</param>
/// <param name="Failures">The number of failed attempts.</param>
/// <param name="Seen">
/// How long processes observed it failing: the time between failures that one process met. So neither a time without a
/// process nor a change of the clock counts.
/// </param>
internal sealed record Failing(DateTimeOffset Since, int Failures, TimeSpan Seen)
{
    /// <summary>The fewest failures that say anything about a receiver, however far apart they are.</summary>
    public const int Fewest = 10;

    /// <summary>Whether the webhook is to be disabled.</summary>
    public bool IsEnough(TimeSpan disableAfter) => Failures >= Fewest && Seen >= disableAfter;

    /// <summary>The stored form: three numbers, of which earlier versions read the first.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{Since.ToUnixTimeMilliseconds()} {Failures} {(long)Seen.TotalMilliseconds}"));

    /// <summary>
    /// Reads the stored form; null when it cannot be read. The form of an earlier version starts a new count.
    /// </summary>
    public static Failing? TryRead(ReadOnlySpan<byte> stored)
    {
        long[] numbers = [.. Encoding.UTF8.GetString(stored).Split(' ')
            .Select(part => long.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return numbers switch
        {
            [>= 0 and var since] => new Failing(DateTimeOffset.FromUnixTimeMilliseconds(since), 1, TimeSpan.Zero),
            [>= 0 and var since, >= 0 and <= int.MaxValue and var failures, >= 0 and var seen] => new Failing(
                DateTimeOffset.FromUnixTimeMilliseconds(since), (int)failures, TimeSpan.FromMilliseconds(seen)),
            _ => null,
        };
    }
}
