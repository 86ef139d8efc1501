using System.Globalization;

namespace Kv.Api.Configuration;

/// <summary>Parses durations in settings and on the command line.</summary>
internal static class Durations
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// A duration, for example <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>10h</c> or <c>5d</c>; null when it is malformed
    /// or too long.
    /// </summary>
    public static TimeSpan? TryParse(string text, TimeSpan longest)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        double? unit = text[digits..] switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => null,
        };
        if (!int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count * unit is not { } milliseconds
            || milliseconds < Shortest.TotalMilliseconds || milliseconds > longest.TotalMilliseconds)
            return null;
        return TimeSpan.FromMilliseconds(milliseconds);
    }
}
