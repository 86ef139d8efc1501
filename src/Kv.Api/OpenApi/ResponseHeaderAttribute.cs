namespace Kv.Api.OpenApi;

/// <summary>Documents a header of the answers that are no problems.</summary>
/// <param name="name">The header.</param>
/// <param name="description">What it tells.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ResponseHeaderAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;
}
