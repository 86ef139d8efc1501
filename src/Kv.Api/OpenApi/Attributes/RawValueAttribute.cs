namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares that the action can also return a value as raw bytes of any media type.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RawValueAttribute : Attribute
{
    /// <summary>Whether the raw value is the body of the request instead of the answer.</summary>
    public bool InBody { get; init; }
}
