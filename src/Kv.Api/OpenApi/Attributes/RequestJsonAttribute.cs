namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares the body that an action reads from the request without MVC's binding.</summary>
/// <param name="body">The type of the body.</param>
/// <param name="contentTypes">The allowed content types.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequestJsonAttribute(Type body, params string[] contentTypes) : Attribute
{
    public Type Body { get; } = body;

    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;

    /// <summary>The description.</summary>
    public string? Description { get; init; }
}
