using System.Text.Json.Nodes;
using Kv.Api.Health;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the health endpoints, which the framework serves without a description.</summary>
internal sealed class HealthDocumentFilter : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Paths.Add(HealthEndpoints.Liveness, Get(
            "getLiveness", "Is the process alive?", "Does not use the store.", Report("healthy", "")));
        const string rest = """
            ,"watcher": {
              "status": "healthy",
              "detail": "This replica calls webhooks, and has settled all changes through revision 42.",
              "data": { "leading": true, "settledRevision": 42, "lagRevisions": 0, "lagSeconds": 0 }
            },
            "deliveries": {
              "status": "healthy",
              "detail": "No delivery waits.",
              "data": { "waiting": 0, "oldestSeconds": 0, "moreStored": false }
            },
            "shutdown": { "status": "healthy", "detail": "This replica takes requests.", "data": {} }
            """;
        var readiness = Report("healthy", $$"""
            "store": {
              "status": "healthy",
              "detail": "The store answers, at revision 42.",
              "data": { "revision": 42, "usedBytes": 25100288, "leftBytes": 2122383360 }
            } {{rest}}
            """);
        var unready = Report("unhealthy", $$"""
            "store": {
              "status": "unhealthy",
              "detail": "etcd could not read (Unavailable: ...).",
              "data": {}
            } {{rest}}
            """);
        swaggerDoc.Paths.Add(HealthEndpoints.Readiness, Get(
            "getReadiness", "Can it serve requests?", "By a linearizable read of the store.", readiness, unready));
    }

    private static JsonNode Report(string status, string checks) => JsonNode.Parse(
        $$"""{ "status": "{{status}}", "version": "{{ProgramVersion.Text}}", "checks": { {{checks}} } }""")!;

    private static OpenApiPathItem Get(
        string name, string summary, string description, JsonNode healthy, JsonNode? unhealthy = null)
    {
        var operation = new OpenApiOperation
        {
            Tags = new HashSet<OpenApiTagReference> { new("Health") },
            OperationId = name,
            Summary = summary,
            Description = description,
            Responses = new OpenApiResponses { ["200"] = Response("Yes.", healthy) },
        };
        if (unhealthy is not null)
            operation.Responses.Add("503", Response("No; see `checks` for the reason.", unhealthy));
        return new OpenApiPathItem { Operations = new() { [HttpMethod.Get] = operation } };
    }

    private static OpenApiResponse Response(string description, JsonNode example) => new()
    {
        Description = description,
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() },
                Example = example,
            },
        },
    };
}
