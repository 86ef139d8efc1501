using System.Globalization;
using System.Text.Json;
using Kv.Api.Errors;

namespace Kv.Api.Json;

/// <summary>The format of a time to live in bodies, in lines of an import and in headers.</summary>
internal static class TtlValues
{
    /// <summary>The word for no expiry, regardless of the deployment's default.</summary>
    public const string Never = "never";

    /// <summary>Reads the value of a member.</summary>
    /// <param name="reader">The reader at the value.</param>
    /// <param name="field">The member's name.</param>
    /// <exception cref="BodyException">The value is neither a whole number, nor the word, nor null.</exception>
    public static TimeToLive Read(ref Utf8JsonReader reader, string field) =>
        reader.TokenType == JsonTokenType.Null ? TimeToLive.Default : Of(
            reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(Never),
            JsonMembers.WholeNumber(ref reader), field);

    /// <summary>The value of a member that is not null.</summary>
    /// <param name="isNever">Whether the member is the word.</param>
    /// <param name="seconds">The member's whole number; null when it is not one.</param>
    /// <param name="field">The member's name.</param>
    /// <exception cref="BodyException">The member is neither a whole number nor the word.</exception>
    public static TimeToLive Of(bool isNever, long? seconds, string field) =>
        isNever ? TimeToLive.Never
        : seconds is { } number ? TimeToLive.FromSeconds(number)
        : throw new BodyException(field, RuleOf(field));

    /// <summary>Reads the text of a header; null when it is neither a whole number nor the word.</summary>
    public static TimeToLive? TryParse(string? text) =>
        text == Never ? TimeToLive.Never
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? TimeToLive.FromSeconds(seconds)
        : null;

    /// <summary>The error of an invalid time to live.</summary>
    public static string RuleOf(string field) => $"{field} must be a whole number of seconds, or \"never\"";
}
