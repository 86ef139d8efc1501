using FluentValidation;
using Kv.Api.KeyValues;

namespace Kv.Api.Tenants;

/// <summary>Reads from a request's headers which tenant it is about.</summary>
public sealed class TenantHeaders(TenantOptions options)
{
    /// <exception cref="ValidationException">A header is there twice: a proxy and Kv might go by different ones.</exception>
    public (string Namespace, string AppName) Read(HttpRequest request) => (
        request.Header(options.NamespaceHeader) ?? options.DefaultNamespace,
        request.Header(options.AppNameHeader) ?? options.DefaultAppName);
}
