using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>Documents what a call reads from the request itself, without MVC binding it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal abstract class RequestParameterAttribute(ParameterLocation location, string name, string description) : Attribute
{
    public ParameterLocation Location { get; } = location;

    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>What it may look like.</summary>
    public string? Example { get; init; }
}
