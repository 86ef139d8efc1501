namespace Kv.Api.Json;

/// <summary>
/// A member of a JSON body is not what it must be. It is no JsonException on purpose: MVC would take the member's name
/// for a path into its model, and fails over a name that makes a deep one.
/// </summary>
internal sealed class BodyException(string field, string message) : Exception(message)
{
    /// <summary>The member, by the name that the caller gave it.</summary>
    public string Field { get; } = field;
}
