namespace Kv.Api.OpenApi.Attributes;

/// <summary>The error in the example of a 400, if it differs from the default.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class InvalidInputExampleAttribute(string field, string message) : Attribute
{
    public static readonly InvalidInputExampleAttribute Usual = new(
        "namespace", "Namespace too long (max 25 characters)");

    public string Field { get; } = field;

    public string Message { get; } = message;
}
