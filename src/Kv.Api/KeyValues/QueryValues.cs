using System.Globalization;
using FluentValidation;
using FluentValidation.Results;

namespace Kv.Api.KeyValues;

/// <summary>Reads what a call is asked in its query string, where a mistake must be told by the parameter's name and range.</summary>
internal static class QueryValues
{
    /// <summary>The text of a parameter; null when it is not there.</summary>
    /// <exception cref="ValidationException">It is there twice.</exception>
    public static string? Text(this HttpRequest request, string name)
    {
        var values = request.Query[name];
        return values.Count <= 1 ? values.FirstOrDefault() : throw Invalid(name, $"{name} must not be given more than once");
    }

    /// <summary>A whole number; null when it is not there. Whether it is in its range is for others to judge.</summary>
    /// <exception cref="ValidationException">It is none.</exception>
    public static long? Number(this HttpRequest request, string name) =>
        request.Text(name) is { } text ? ToNumber(name, text) : null;

    /// <summary>A whole number that stands in a parameter or a header.</summary>
    /// <exception cref="ValidationException">It is none.</exception>
    public static long ToNumber(string name, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Invalid(name, $"{name} must be a whole number");

    /// <summary>One of several words; the default when it is not there.</summary>
    /// <exception cref="ValidationException">It is none of them.</exception>
    public static T OneOf<T>(this HttpRequest request, string name, T fallback, params (string Word, T Value)[] words)
    {
        if (request.Text(name) is not { } text)
            return fallback;
        foreach (var (word, value) in words)
            if (word == text)
                return value;
        throw Invalid(name, $"{name} must be one of: {string.Join(", ", words.Select(word => word.Word))}");
    }

    private static ValidationException Invalid(string name, string message) => new([new ValidationFailure(name, message)]);
}
