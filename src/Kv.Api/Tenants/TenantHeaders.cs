using FluentValidation;
using FluentValidation.Results;

namespace Kv.Api.Tenants;

/// <summary>Reads from a request's headers which tenant it is about.</summary>
public sealed class TenantHeaders(TenantOptions options)
{
    /// <exception cref="ValidationException">A header is there twice: a proxy and Kv might go by different ones.</exception>
    public (string Namespace, string AppName) Read(HttpRequest request) => (
        Read(request, options.NamespaceHeader, options.DefaultNamespace),
        Read(request, options.AppNameHeader, options.DefaultAppName));

    private static string Read(HttpRequest request, string header, string fallback)
    {
        if (!request.Headers.TryGetValue(header, out var values) || values.Count == 0)
            return fallback;
        if (values.Count > 1)
            throw new ValidationException([new ValidationFailure(header, $"{header} must not be sent more than once")]);
        return values[0] ?? "";
    }
}
