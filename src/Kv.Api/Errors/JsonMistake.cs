using System.Globalization;
using System.Text.RegularExpressions;

namespace Kv.Api.Errors;

/// <summary>The errors of malformed JSON bodies.</summary>
internal static partial class JsonMistake
{
    /// <summary>How many levels of arrays and objects a body may have.</summary>
    public const int MaxDepth = 32;

    /// <summary>
    /// Replaces .NET's message, which counts from 0 and mentions its reader, by one that counts from 1. MVC passes on
    /// only the message.
    /// </summary>
    /// <param name="message">
    /// The message of a <see cref="System.Text.Json.JsonException"/>; other messages are returned unchanged.
    /// </param>
    public static string Describe(string message) => Position().Match(message) is { Success: true } position
        ? $"{Kind(message)} (line {FromOne(position.Groups[1])}, byte {FromOne(position.Groups[2])})"
        : message;

    private static string Kind(string message) =>
        message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? $"The body is nested too deep (max {MaxDepth} levels)"
        : message.Contains("could not be converted", StringComparison.Ordinal)
            ? "The body has a value of the wrong type"
        : "The body is not valid JSON";

    private static long FromOne(Group number) => long.Parse(number.ValueSpan, CultureInfo.InvariantCulture) + 1;

    [GeneratedRegex(@"LineNumber: (\d+) \| BytePositionInLine: (\d+)\.$")]
    private static partial Regex Position();
}
