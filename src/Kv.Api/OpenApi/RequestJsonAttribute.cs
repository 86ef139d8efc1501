namespace Kv.Api.OpenApi;

/// <summary>Documents the body that a call takes, where it reads it from the request itself.</summary>
/// <param name="body">What the JSON is made of.</param>
/// <param name="contentTypes">As what it may be sent.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequestJsonAttribute(Type body, params string[] contentTypes) : Attribute
{
    public Type Body { get; } = body;

    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }
}
