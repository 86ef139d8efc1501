using FluentValidation;
using FluentValidation.Results;

namespace Kv.Api.KeyValues;

/// <summary>Reads headers of which a request may have one alone: a proxy and Kv might go by different ones of two.</summary>
internal static class HeaderValues
{
    /// <summary>What a header holds; null when it is not there.</summary>
    /// <exception cref="ValidationException">It is there twice.</exception>
    public static string? Header(this HttpRequest request, string name)
    {
        var values = request.Headers[name];
        if (values.Count > 1)
            throw new ValidationException([new ValidationFailure(name, $"{name} must not be sent more than once")]);
        return values.Count == 0 ? null : values[0] ?? "";
    }
}
