using Kv.Api.Access;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.RateLimits;
using Kv.Api.Tenants;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Documents what every call has: the tenant headers with their configured names, the credentials, and the answers 401,
/// 403 and 429. The document is the same for all deployments, so credentials are optional in it: <c>AUTH</c> decides.
/// </summary>
internal sealed class EveryCallFilter(TenantOptions tenants) : IOperationFilter, IDocumentFilter
{
    private const string Bearer = "bearer";
    private const string ApiKey = "apiKey";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        // Calls about several tenants or the deployment have no tenant.
        if (!context.MethodInfo.DeclaringType!.IsDefined(typeof(TenantlessAttribute), inherit: false))
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(Header(tenants.NamespaceHeader, "The namespace", tenants.DefaultNamespace));
            operation.Parameters.Add(
                Header(tenants.AppNameHeader, "The name of the app within it", tenants.DefaultAppName));
        }
        var responses = operation.Responses ?? [];
        var challenge = ProblemResponse.Header("The challenge (RFC 6750).");
        Add(
            "401", "The credential is missing, invalid, revoked or expired. Only if `AUTH` is not `none`.",
            new() { ["WWW-Authenticate"] = challenge });
        Add(
            "403", "The credential does not allow this. Only if `AUTH` is not `none`.",
            new() { ["WWW-Authenticate"] = challenge });
        Add(
            "429", "With `RATE_LIMIT_PER_SECOND`: this namespace and app exceeds the limit; nothing was done.",
            new()
            {
                ["Retry-After"] = ProblemResponse.Header("The seconds to wait before a retry.", JsonSchemaType.Integer),
                [TenantLimit.Policy] =
                    ProblemResponse.Header("`q` requests at once, and again after `w` seconds; on every answer."),
                [TenantLimit.Limit] =
                    ProblemResponse.Header("`r` requests are left; in `t` seconds there are more. On every answer."),
            });
        operation.Responses = [];
        foreach (var (status, response) in responses.OrderBy(response => response.Key, StringComparer.Ordinal))
            operation.Responses.Add(status, response);

        void Add(string status, string description, Dictionary<string, IOpenApiHeader> headers) =>
            responses.TryAdd(status, ProblemResponse.Create(context, description, headers));
    }

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Components ??= new OpenApiComponents();
        swaggerDoc.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        swaggerDoc.Components.SecuritySchemes.Add(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            Description = "With `AUTH=apikey` an API key, with `AUTH=jwt` a JSON Web Token.",
        });
        swaggerDoc.Components.SecuritySchemes.Add(ApiKey, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = Credentials.ApiKeyHeader,
            Description = "The same credential, if `Authorization` is already used.",
        });
        swaggerDoc.Security =
        [
            new OpenApiSecurityRequirement(),
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, swaggerDoc)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, swaggerDoc)] = [] },
        ];
    }

    private static OpenApiParameter Header(string name, string description, string fallback) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = $"{description}; without it, `{fallback}`.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Default = fallback },
    };
}
