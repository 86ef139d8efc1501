using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Sorts the operations by group, path and method, for Swagger UI.</summary>
internal sealed class FrameDocumentFilter : IDocumentFilter
{
    private static readonly (string Name, string Description)[] Tags =
    [
        ("Keys", "Set, read, list and watch keys; bulks, transactions and history."),
        ("Transfer", "Export and import of all keys of a namespace and app."),
        ("Usage", "The usage and quota of a namespace and app."),
        ("Webhooks", "Calls that Kv makes when keys change."),
        ("Deliveries", "Pending and failed calls of webhooks."),
        ("Access", "The caller's own grants."),
        ("API keys", "Credentials, for administrators, with `AUTH=apikey`."),
        ("Audit", "Records of changes, for administrators, with `AUDIT=store`."),
        ("Operation", "The state of a replica and of the store, for administrators."),
        ("Health", "Liveness and readiness."),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var used = swaggerDoc.Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.Tags ?? new HashSet<OpenApiTagReference>()).Select(tag => tag.Name)
            .ToHashSet();
        swaggerDoc.Tags = Tags.Where(tag => used.Contains(tag.Name))
            .Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();
        var paths = new OpenApiPaths();
        foreach (var (path, item) in swaggerDoc.Paths
            .OrderBy(path => path.Value.Operations!.Values.Min(GroupOf))
            .ThenBy(path => path.Key, StringComparer.Ordinal))
        {
            ((OpenApiPathItem)item).Operations =
                item.Operations!.OrderBy(operation => operation.Key.Method, StringComparer.Ordinal).ToDictionary();
            paths.Add(path, item);
        }
        swaggerDoc.Paths = paths;
    }

    private static int GroupOf(OpenApiOperation operation) =>
        Array.FindIndex(Tags, tag => operation.Tags!.Any(used => used.Name == tag.Name));
}
