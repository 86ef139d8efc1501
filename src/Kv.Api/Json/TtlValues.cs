using System.Globalization;

namespace Kv.Api.Json;

/// <summary>The format of a time to live in bodies, in lines of an import and in headers.</summary>
internal static class TtlValues
{
    /// <summary>The word for no expiry, regardless of the deployment's default.</summary>
    public const string Never = "never";

    /// <summary>Reads the text of a header; null when it is neither a whole number nor the word.</summary>
    public static TimeToLive? TryParse(string? text) =>
        text == Never ? TimeToLive.Never
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? TimeToLive.FromSeconds(seconds)
        : null;

    /// <summary>The error of an invalid time to live.</summary>
    public static string RuleOf(string field) => $"{field} must be a whole number of seconds, or \"never\"";
}
