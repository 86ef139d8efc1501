namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a header of successful answers.</summary>
/// <param name="name">The name of the header.</param>
/// <param name="description">The description.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ResponseHeaderAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;
}
