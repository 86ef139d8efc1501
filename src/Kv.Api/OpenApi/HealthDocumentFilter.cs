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
            "getLiveness", "Is the process alive?", "Does not use the store.",
            new JsonObject
            {
                ["status"] = "healthy",
                ["version"] = ProgramVersion.Text,
                ["checks"] = new JsonObject(),
            }));
        var readiness = new JsonObject
        {
            ["status"] = "healthy",
            ["version"] = ProgramVersion.Text,
            ["checks"] = new JsonObject
            {
                ["store"] = new JsonObject
                {
                    ["status"] = "healthy",
                    ["detail"] = "The store answers, at revision 42.",
                    ["data"] = new JsonObject
                    {
                        ["revision"] = 42,
                        ["usedBytes"] = 25_100_288,
                        ["leftBytes"] = 2_122_383_360,
                    },
                },
                ["watcher"] = new JsonObject
                {
                    ["status"] = "healthy",
                    ["detail"] = "This replica calls webhooks, and has settled all changes through revision 42.",
                    ["data"] = new JsonObject
                    {
                        ["leading"] = true,
                        ["settledRevision"] = 42,
                        ["lagRevisions"] = 0,
                        ["lagSeconds"] = 0,
                    },
                },
                ["deliveries"] = new JsonObject
                {
                    ["status"] = "healthy",
                    ["detail"] = "No delivery waits.",
                    ["data"] = new JsonObject { ["waiting"] = 0, ["oldestSeconds"] = 0, ["moreStored"] = false },
                },
                ["shutdown"] = new JsonObject
                {
                    ["status"] = "healthy",
                    ["detail"] = "This replica takes requests.",
                    ["data"] = new JsonObject(),
                },
            },
        };
        var unready = readiness.DeepClone().AsObject();
        unready["status"] = "unhealthy";
        unready["checks"]!["store"] = new JsonObject
        {
            ["status"] = "unhealthy",
            ["detail"] = "etcd could not read (Unavailable: ...).",
            ["data"] = new JsonObject(),
        };
        swaggerDoc.Paths.Add(HealthEndpoints.Readiness, Get(
            "getReadiness", "Can it serve requests?", "By a linearizable read of the store.", readiness, unready));
    }

    private static OpenApiPathItem Get(
        string name, string summary, string description, JsonObject healthy, JsonObject? unhealthy = null)
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

    private static OpenApiResponse Response(string description, JsonObject example) => new()
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
