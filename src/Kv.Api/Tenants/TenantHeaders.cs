using FluentValidation;
using Kv.Api.Http;
using Kv.Application.Pipeline;

namespace Kv.Api.Tenants;

/// <summary>Reads a request's tenant from its headers, or from its query if the call allows it.</summary>
public sealed class TenantHeaders(TenantOptions options)
{
    /// <summary>The query parameter that names the namespace.</summary>
    public const string NamespaceParameter = "namespace";

    /// <summary>The query parameter that names the app.</summary>
    public const string AppParameter = "app";

    /// <exception cref="ValidationException">
    /// A name occurs more than once: a proxy and Kv could use different ones.
    /// </exception>
    public (string Namespace, string AppName) Read(HttpRequest request)
    {
        var (space, app) = (request.Header(options.NamespaceHeader), request.Header(options.AppNameHeader));
        if (request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<TenantInQueryAttribute>() is not null)
        {
            space = OneOf(space, options.NamespaceHeader, request, NamespaceParameter);
            app = OneOf(app, options.AppNameHeader, request, AppParameter);
        }
        return (space ?? options.DefaultNamespace, app ?? options.DefaultAppName);
    }

    private static string? OneOf(string? inHeader, string header, HttpRequest request, string parameter)
    {
        var inQuery = request.Text(parameter);
        return inHeader is null || inQuery is null
            ? inHeader ?? inQuery
            : throw InvalidInput.In(
                parameter, $"{parameter} must not be given together with the header {header}: leave one of them out");
    }
}
