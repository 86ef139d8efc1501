using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>An attribute of an action or its controller that documents the action.</summary>
internal interface IDocumentsOperation
{
    void Apply(OpenApiOperation operation, OperationFilterContext context);
}
