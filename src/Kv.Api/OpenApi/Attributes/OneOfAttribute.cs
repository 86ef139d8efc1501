namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares the allowed texts of a member or a parameter.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class OneOfAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}
