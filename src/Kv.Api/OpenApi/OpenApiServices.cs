using Kv.Api.Health;
using Kv.Api.Tenants;
using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>The OpenAPI document and Swagger UI.</summary>
internal static class OpenApiServices
{
    // The viewport makes the page readable on phones. The column of links is hidden, because no answer has links.
    private const string Head =
        """<meta name="viewport" content="width=device-width, initial-scale=1">"""
        + "<style>.swagger-ui .response-col_links { display: none }</style>";

    /// <param name="hasHealth">Whether the main port serves the probes.</param>
    public static IServiceCollection AddOpenApiDocument(
        this IServiceCollection services, TenantOptions tenants, bool hasHealth)
    {
        return services.AddSwaggerGen(document =>
        {
            document.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "Kv",
                Version = ProgramVersion.Text,
                Description = "Small values under a namespace and an app name: keys that expire, conditions, lists, "
                    + "watches, webhooks, transactions.",
                License = new OpenApiLicense { Name = "MIT" },
            });
            document.IncludeXmlComments(XmlComments.Read, includeControllerXmlComments: true);
            document.MapType<ReadOnlyMemory<byte>>(() => new OpenApiSchema { Type = JsonSchemaType.String });
            // A number, for generated clients. The description mentions the word "never".
            document.MapType<TimeToLive>(() => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" });
            document.SupportNonNullableReferenceTypes();
            document.NonNullableReferenceTypesAsRequired();
            document.OperationFilter<EveryCallFilter>(tenants);
            document.OperationFilter<AttributesFilter>();
            document.OperationFilter<AnswersFilter>();
            document.DocumentFilter<EveryCallFilter>(tenants);
            if (hasHealth)
                document.DocumentFilter<HealthDocumentFilter>();
            document.SchemaFilter<ProblemSchemaFilter>();
            document.SchemaFilter<WebhookSchemaFilter>();
            document.SchemaFilter<BodySchemaFilter>();
            document.SchemaFilter<OneOfSchemaFilter>();
            document.DocumentFilter<FrameDocumentFilter>();
        });
    }

    // It has its own branch, so that other requests do not pass through it.
    public static WebApplication UseOpenApiDocument(this WebApplication app)
    {
        app.UseWhen(static context => context.Request.Path.StartsWithSegments("/swagger"), static swagger => swagger
            .Use(PagePolicy.Set)
            .UseMiddleware<ServedDocument>()
            .UseSwaggerUI(ui =>
            {
                ui.DocumentTitle = "Kv";
                ui.SwaggerEndpoint("v1/swagger.json", "Kv");
                ui.HeadContent = Head;
                ui.DisplayRequestDuration();
                ui.DefaultModelsExpandDepth(0);
            }));
        return app;
    }
}
