namespace Kv.Api.Errors;

/// <summary>
/// A member of a JSON body is invalid. It is deliberately not a JsonException: MVC would interpret the member's name as
/// a path into its model, and fails for names that form a deep path.
/// </summary>
internal sealed class BodyException(string field, string message) : Exception(message)
{
    /// <summary>The member's name, as the caller wrote it.</summary>
    public string Field { get; } = field;

    public static BodyException UnknownMember(string name, IEnumerable<string> members) =>
        new(Text.Shown(name), $"{Text.Shown(name)} is not a member of this body (it has {string.Join(", ", members)})");

    public static BodyException Repeated(string member) => new(member, $"{member} must not occur twice");
}
