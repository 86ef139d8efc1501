using System.Globalization;
using FluentValidation;
using Kv.Application.Pipeline;

namespace Kv.Api.Http;

/// <summary>
/// Reads query parameters and headers. Errors name the parameter and the valid values. A repeated parameter or header
/// is refused: a proxy and Kv could use different ones of two.
/// </summary>
internal static class RequestValues
{
    /// <summary>The value of a header; null when it is absent.</summary>
    /// <exception cref="ValidationException">The header occurs more than once.</exception>
    public static string? Header(this HttpRequest request, string name)
    {
        var values = request.Headers[name];
        if (values.Count > 1)
            throw InvalidInput.In(name, $"{name} must not be sent more than once");
        return values.Count == 0 ? null : values[0] ?? "";
    }

    /// <summary>The rest of the path, as <see cref="KeyPath"/> has decoded it; may be empty.</summary>
    /// <param name="name">Its name in the route.</param>
    public static string PathKey(this HttpRequest request, string name) => request.RouteValues[name] as string ?? "";

    /// <summary>The text of a parameter; null when it is absent.</summary>
    /// <exception cref="ValidationException">The parameter occurs more than once.</exception>
    public static string? Text(this HttpRequest request, string name)
    {
        var values = request.Query[name];
        return values.Count <= 1
            ? values.FirstOrDefault()
            : throw InvalidInput.In(name, $"{name} must not be given more than once");
    }

    /// <summary>A whole number; null when it is absent. The validator checks its range.</summary>
    /// <exception cref="ValidationException">The text is not a whole number.</exception>
    public static long? Number(this HttpRequest request, string name) =>
        request.Text(name) is { } text ? ToNumber(name, text) : null;

    /// <summary>The parameter <c>limit</c>, clamped to 32 bits. The validator checks its range.</summary>
    /// <exception cref="ValidationException">The text is not a whole number.</exception>
    public static int Limit(this HttpRequest request, int fallback) =>
        (int)Math.Clamp(request.Number("limit") ?? fallback, int.MinValue, int.MaxValue);

    /// <summary>Parses a whole number from a parameter or a header.</summary>
    /// <exception cref="ValidationException">The text is not a whole number.</exception>
    public static long ToNumber(string name, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw InvalidInput.In(name, $"{name} must be a whole number");

    /// <summary>A flag: true when the parameter is present without a value or is "true".</summary>
    /// <exception cref="ValidationException">
    /// The parameter occurs more than once, or is neither true nor false.
    /// </exception>
    public static bool Flag(
        this HttpRequest request, string name) => request.QueryString.HasValue && request.Text(name) switch
        {
            null or "false" => false,
            "" or "true" => true,
            _ => throw InvalidInput.In(name, $"{name} must be one of: true, false"),
        };

    /// <summary>One of several words; the default when it is absent.</summary>
    /// <exception cref="ValidationException">The text is not one of the words.</exception>
    public static T OneOf<T>(this HttpRequest request, string name, T fallback, params (string Word, T Value)[] words)
    {
        if (request.Text(name) is not { } text)
            return fallback;
        foreach (var (word, value) in words)
            if (word == text)
                return value;
        throw InvalidInput.In(name, $"{name} must be one of: {string.Join(", ", words.Select(word => word.Word))}");
    }
}
