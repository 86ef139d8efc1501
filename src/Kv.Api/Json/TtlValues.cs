using System.Globalization;
using System.Text.Json;
using Kv.Api.Errors;
using Kv.Domain.KeyValues;

namespace Kv.Api.Json;

/// <summary>The format of a time to live in bodies, in lines of an import and in headers.</summary>
internal static class TtlValues
{
    /// <summary>The word for no expiry, regardless of the deployment's default.</summary>
    public const string Never = "never";

    private const string Rule = "must be a whole number of seconds, or \"never\"";

    /// <summary>Reads the value of a member.</summary>
    /// <param name="reader">The reader at the value.</param>
    /// <param name="field">The member's name.</param>
    /// <exception cref="BodyException">The value is neither a whole number, nor the word, nor null.</exception>
    public static TimeToLive Read(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.Null => TimeToLive.Default,
        JsonTokenType.String when reader.ValueTextEquals(Never) => TimeToLive.Never,
        JsonTokenType.Number when JsonMembers.WholeNumber(ref reader) is { } seconds =>
            TimeToLive.FromSeconds(seconds),
        _ => throw new BodyException(field, $"{field} {Rule}"),
    };

    /// <summary>Reads the text of a header; null when it is neither a whole number nor the word.</summary>
    public static TimeToLive? TryParse(string? text) =>
        text == Never ? TimeToLive.Never
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? TimeToLive.FromSeconds(seconds)
        : null;

    /// <summary>The error of an invalid time to live.</summary>
    public static string RuleOf(string field) => $"{field} {Rule}";
}
