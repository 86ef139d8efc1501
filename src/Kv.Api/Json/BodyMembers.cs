using System.Text.Json;
using Kv.Api.Errors;

namespace Kv.Api.Json;

/// <summary>
/// Reads the members of a JSON body by name, for infrequent calls. Errors name the member. Letter case is ignored in
/// names; unknown members are refused.
/// </summary>
internal sealed class BodyMembers
{
    private readonly Dictionary<string, JsonElement> _given = [];

    private BodyMembers()
    {
    }

    /// <exception cref="BodyException">The body is not an object, or a member is repeated or unknown.</exception>
    public static BodyMembers Read(ref Utf8JsonReader reader, params string[] names)
    {
        var body = JsonElement.ParseValue(ref reader);
        if (body.ValueKind != JsonValueKind.Object)
            throw new BodyException("body", "The body must be a JSON object");
        var members = new BodyMembers();
        foreach (var member in body.EnumerateObject())
        {
            var given = NameOf(member, "body");
            var name = names.FirstOrDefault(known => known.Equals(given, StringComparison.OrdinalIgnoreCase))
                ?? throw BodyException.UnknownMember(given, names);
            if (!members._given.TryAdd(name, member.Value))
                throw BodyException.Repeated(name);
        }
        return members;
    }

    public string? Text(string name) => Find(name) is { } value ? TextOf(value, name) : null;

    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new BodyException(name, $"{name} must be true or false");

    /// <summary>
    /// A whole number. A number beyond 64 bits is clamped, so that the validator reports the valid range.
    /// </summary>
    public long? Number(string name) => Find(name) is not { } value ? null
        : value.ValueKind != JsonValueKind.Number ? throw NoNumber(name)
        : value.TryGetInt64(out var number) ? number
        : value.TryGetDouble(out var large) && double.Abs(large) >= long.MaxValue
            ? (large > 0 ? long.MaxValue : long.MinValue)
        : throw NoNumber(name);

    /// <summary>A string, or an array of strings; an empty string counts as absent.</summary>
    public IReadOnlyList<string>? TextOrTexts(string name)
    {
        var mistake = $"{name} must be a string or an array of strings";
        return Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Array } many =>
                [.. many.EnumerateArray().Select(one => TextOf(one, name, mistake))],
            { } one => TextOf(one, name, mistake) is { Length: > 0 } text ? [text] : null,
        };
    }

    /// <summary>An object of strings. Letter case is ignored in names.</summary>
    public IReadOnlyDictionary<string, string>? Texts(string name)
    {
        if (Find(name) is not { } value)
            return null;
        var mistake = $"{name} must be an object whose members are strings";
        if (value.ValueKind != JsonValueKind.Object)
            throw new BodyException(name, mistake);
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in value.EnumerateObject())
            if (!texts.TryAdd(NameOf(member, name), TextOf(member.Value, name, mistake)))
                throw new BodyException(name, $"{name} must not name {Domain.Text.Shown(member.Name)} twice");
        return texts;
    }

    /// <summary>An object, unchanged.</summary>
    public JsonElement? Object(string name) => Find(name) is not { } value ? null
        : value.ValueKind != JsonValueKind.Object ? throw new BodyException(name, $"{name} must be an object")
        : IsWellFormed(value) ? value
        : throw new BodyException(name, $"{name} must be well-formed Unicode and name no member twice");

    private static bool IsWellFormed(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>();
                return value.EnumerateObject().All(member =>
                    TryRead(() => member.Name) is { } name && names.Add(name) && IsWellFormed(member.Value));
            case JsonValueKind.Array:
                return value.EnumerateArray().All(IsWellFormed);
            case JsonValueKind.String:
                return TryRead(value.GetString) is not null;
            default:
                return true;
        }
    }

    private static BodyException NoNumber(string name) => new(name, $"{name} must be a whole number");

    private static string TextOf(JsonElement value, string name, string? mistake = null) =>
        value.ValueKind != JsonValueKind.String
            ? throw new BodyException(name, mistake ?? $"{name} must be a string")
            : TryRead(value.GetString) ?? throw new BodyException(name, $"{name} must be well-formed Unicode");

    private static string NameOf(JsonProperty member, string field) => TryRead(() => member.Name)
        ?? throw new BodyException(field, "The names of members must be well-formed Unicode");

    // JSON can escape an unpaired surrogate, which is not valid text.
    private static string? TryRead(Func<string?> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private JsonElement? Find(string name) =>
        _given.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
