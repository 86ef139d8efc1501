namespace Kv.Api.Json;

/// <summary>
/// A member of a JSON body is not what it must be. It is no JsonException on purpose: MVC would take the member's name
/// for a path into its model, and fails over a name that makes a deep one.
/// </summary>
internal sealed class BodyException(string field, string message) : Exception(message)
{
    // A mistake is told with the member's name, which may be as long as the body.
    private const int LongestNameShown = 64;

    /// <summary>The member, by the name that the caller gave it.</summary>
    public string Field { get; } = field;

    public static BodyException UnknownMember(string name, IEnumerable<string> members) =>
        new(Shown(name), $"{Shown(name)} is not a member of this body (it has {string.Join(", ", members)})");

    public static BodyException Repeated(string member) => new(member, $"{member} must not stand twice");

    public static string Shown(string name) => name.Length <= LongestNameShown ? name : $"{name[..LongestNameShown]}...";
}
