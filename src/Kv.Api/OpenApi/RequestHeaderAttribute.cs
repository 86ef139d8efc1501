namespace Kv.Api.OpenApi;

/// <summary>Documents a header that a call takes, where the call reads it from the request itself.</summary>
/// <param name="name">The header.</param>
/// <param name="description">What it is for.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RequestHeaderAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>What it may look like.</summary>
    public string? Example { get; init; }
}
