using System.Reflection;
using Kv.Api.Tenants;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>The OpenAPI document and Swagger UI.</summary>
internal static class OpenApiServices
{
    /// <param name="services">Where it is added.</param>
    /// <param name="tenants">The headers that name a tenant.</param>
    /// <param name="hasHealth">Whether the probes are on the port that the document describes.</param>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services, TenantOptions tenants, bool hasHealth)
    {
        var metadata = new ResponseMetadata();
        services.AddSingleton<IApiDescriptionProvider>(metadata);
        services.Configure<MvcOptions>(mvc => mvc.Conventions.Add(metadata));
        return services.AddSwaggerGen(document =>
        {
            document.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "Kv",
                Version = "v1",
                Description = "Small values under a namespace and an app name: keys that expire, conditions, lists, watches, webhooks, transactions.",
                License = new OpenApiLicense { Name = "MIT" },
            });
            document.IncludeXmlComments(Assembly.GetExecutingAssembly(), includeControllerXmlComments: true);
            document.MapType<ReadOnlyMemory<byte>>(() => new OpenApiSchema { Type = JsonSchemaType.String });
            document.SupportNonNullableReferenceTypes();
            document.NonNullableReferenceTypesAsRequired();
            document.OperationFilter<RequestParametersFilter>(ParameterLocation.Path);
            document.OperationFilter<RequestParametersFilter>(ParameterLocation.Query);
            document.OperationFilter<TenantHeadersFilter>(tenants);
            document.OperationFilter<RequestParametersFilter>(ParameterLocation.Header);
            document.OperationFilter<ResponseHeadersFilter>();
            document.OperationFilter<RequestJsonFilter>();
            document.OperationFilter<RawValueFilter>();
            document.OperationFilter<StreamFilter>();
            document.OperationFilter<AccessFilter>();
            document.OperationFilter<RateLimitFilter>();
            document.OperationFilter<ProblemExamplesFilter>();
            document.OperationFilter<OneOrManyFilter>();
            document.DocumentFilter<AccessFilter>();
            if (hasHealth)
                document.DocumentFilter<HealthDocumentFilter>();
            document.SchemaFilter<ProblemSchemaFilter>();
            document.SchemaFilter<WebhookSchemaFilter>();
            document.SchemaFilter<BatchSchemaFilter>();
        });
    }

    // On a branch of its own: it would look at the path of every request otherwise.
    public static WebApplication UseOpenApiDocument(this WebApplication app)
    {
        app.UseWhen(static context => context.Request.Path.StartsWithSegments("/swagger"), static swagger => swagger
            .Use(PagePolicy.Set)
            .UseSwagger()
            .UseSwaggerUI(ui =>
            {
                ui.DocumentTitle = "Kv";
                ui.SwaggerEndpoint("v1/swagger.json", "Kv");
                ui.DisplayRequestDuration();
            }));
        return app;
    }
}
