using Kv.Api.Access;
using Kv.Api.Tenants;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the two tenant headers on every call, with their configured names.</summary>
internal sealed class TenantHeadersFilter(TenantOptions tenants) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        // Calls about several tenants or the deployment have no tenant.
        if (context.MethodInfo.DeclaringType!.IsDefined(typeof(TenantlessAttribute), inherit: false))
            return;
        operation.Parameters ??= [];
        operation.Parameters.Add(Header(tenants.NamespaceHeader, "The namespace", tenants.DefaultNamespace));
        operation.Parameters.Add(
            Header(tenants.AppNameHeader, "The name of the app within it", tenants.DefaultAppName));
    }

    private static OpenApiParameter Header(string name, string description, string fallback) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = $"{description}; without it, `{fallback}`.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Default = fallback },
    };
}
