using FluentValidation;
using Kv.Application.Pipeline;

namespace Kv.Api.Http;

/// <summary>Reads headers that must occur only once: a proxy and Kv could use different ones of two.</summary>
internal static class HeaderValues
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
}
