using System.Text.Json.Nodes;
using Kv.Api.KeyValues;
using Kv.Api.Watching;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Shows what streams look like, which no single schema tells: lines of JSON, and server-sent events.</summary>
internal sealed class StreamFilter : IOperationFilter
{
    private const string Lines =
        "{\"key\":\"user:42\",\"value\":\"Ada Lovelace\",\"expire_at\":1767225600}\n{\"key\":\"user:43\",\"value\":\"Grace Hopper\"}\n";

    private const string Reports =
        "{\"read\":1000,\"written\":1000,\"skipped\":0,\"expired\":0}\n{\"done\":true,\"read\":1700,\"written\":1700,\"skipped\":0,\"expired\":0}\n";

    private const string Events =
        "event: update\ndata: {\"key\":\"user:42\",\"value\":\"Ada Lovelace\",\"etag\":\"42\"}\nid: 42\n\n"
        + "event: delete\ndata: {\"key\":\"user:43\",\"reason\":\"expired\",\"etag\":\"43\"}\nid: 43\n\n";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var (type, name) = (context.MethodInfo.DeclaringType, context.MethodInfo.Name);
        if (type == typeof(TransfersController) && name == nameof(TransfersController.Export))
            ShowAnswer(operation, Ndjson.ContentType, Lines);
        else if (type == typeof(WatchController))
            ShowAnswer(operation, "text/event-stream", Events);
        else if (type == typeof(TransfersController))
        {
            ShowAnswer(operation, Ndjson.ContentType, Reports);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = "A line of JSON for each key, as an export gives them; `ttl` may stand in the place of `expire_at`.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Ndjson.ContentType] = new OpenApiMediaType
                    {
                        Schema = context.SchemaGenerator.GenerateSchema(typeof(TransferredKey), context.SchemaRepository),
                        Example = JsonValue.Create(Lines),
                    },
                },
            };
        }
    }

    private static void ShowAnswer(OpenApiOperation operation, string contentType, string example)
    {
        if (operation.Responses?["200"].Content?.TryGetValue(contentType, out var content) == true)
            content.Example = JsonValue.Create(example);
    }
}
