using Kv.Api.Access;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Documents the credentials and the answers 401 and 403. The document is the same for all deployments, so credentials
/// are optional in it: <c>AUTH</c> decides.
/// </summary>
internal sealed class AccessFilter : IOperationFilter, IDocumentFilter
{
    private const string Bearer = "bearer";
    private const string ApiKey = "apiKey";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Responses ??= [];
        Add("401", "The credential is missing, invalid, revoked or expired. Only if `AUTH` is not `none`.");
        Add("403", "The credential does not allow this. Only if `AUTH` is not `none`.");

        void Add(string status, string description) => operation.Responses.TryAdd(status, ProblemResponse.Create(
            context, description,
            new() { ["WWW-Authenticate"] = ProblemResponse.Header("The challenge (RFC 6750).") }));
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
}
