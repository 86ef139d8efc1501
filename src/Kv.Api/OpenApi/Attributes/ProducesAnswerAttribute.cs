using Microsoft.AspNetCore.Http.Metadata;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>
/// Declares an answer of an action. MVC's own attribute is a filter as well: MVC would copy it for each request, and
/// check it at each stage of the pipeline.
/// </summary>
/// <param name="description">The description.</param>
/// <param name="type">The type of the answer; null for none.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal class ProducesAnswerAttribute(string description, Type? type = null) : Attribute, IProducesResponseTypeMetadata
{
    public int StatusCode { get; init; } = StatusCodes.Status200OK;

    public string ContentType { get; init; } = "application/json";

    public string Description => description;

    public Type Type => type ?? typeof(void);

    public IEnumerable<string> ContentTypes => type is null ? [] : [ContentType];
}

/// <inheritdoc/>
/// <typeparam name="TAnswer">The type of the answer.</typeparam>
internal sealed class ProducesAnswerAttribute<TAnswer>(string description)
    : ProducesAnswerAttribute(description, typeof(TAnswer));
