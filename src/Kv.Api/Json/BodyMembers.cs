using System.Text.Json;

namespace Kv.Api.Json;

/// <summary>
/// The members of a JSON body, for calls of which there are few: each is asked for by name, and every mistake is told by
/// the name of its member. Names are taken in any letter case; unknown ones are refused.
/// </summary>
internal sealed class BodyMembers
{
    private readonly Dictionary<string, JsonElement> _given = [];
    private readonly string _path;

    private BodyMembers(string path) => _path = path;

    /// <exception cref="BodyException">It is no object, or a member stands twice or is none of those that there are.</exception>
    public static BodyMembers Read(ref Utf8JsonReader reader, params string[] names)
    {
        return Of(JsonElement.ParseValue(ref reader), "", names);
    }

    /// <summary>The members of an object within the body.</summary>
    /// <param name="value">The object.</param>
    /// <param name="path">Where it stands, as in <c>success[3]</c>; empty for the body itself.</param>
    /// <param name="names">The names that there are.</param>
    /// <exception cref="BodyException">It is no object, or a member stands twice or is none of those that there are.</exception>
    public static BodyMembers Of(JsonElement value, string path, params string[] names)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw path.Length == 0
                ? new BodyException("body", "The body must be a JSON object")
                : new BodyException(path, $"{path} must be an object");
        var members = new BodyMembers(path);
        foreach (var member in value.EnumerateObject())
        {
            var given = NameOf(member, path.Length == 0 ? "body" : path);
            var name = names.FirstOrDefault(known => known.Equals(given, StringComparison.OrdinalIgnoreCase))
                ?? throw BodyException.UnknownMember(members.FieldOf(given), names);
            if (!members._given.TryAdd(name, member.Value))
                throw BodyException.Repeated(members.FieldOf(name));
        }
        return members;
    }

    /// <summary>The member's name with its path.</summary>
    public string FieldOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>An array, as it is.</summary>
    public JsonElement? Array(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? value
        : throw new BodyException(FieldOf(name), $"{FieldOf(name)} must be an array");

    /// <summary>Whether the member is there, even as null.</summary>
    public bool Has(string name) => _given.ContainsKey(name);

    public string? Text(string name) => Find(name) is { } value ? TextOf(value, FieldOf(name)) : null;

    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new BodyException(FieldOf(name), $"{FieldOf(name)} must be true or false");

    /// <summary>A whole number. One beyond 64 bits comes as the nearest within, so that whoever judges its range can tell it.</summary>
    public long? Number(string name) => Find(name) is not { } value ? null
        : value.ValueKind != JsonValueKind.Number ? throw NoNumber(FieldOf(name))
        : value.TryGetInt64(out var number) ? number
        : value.TryGetDouble(out var large) && double.Abs(large) >= long.MaxValue ? (large > 0 ? long.MaxValue : long.MinValue)
        : throw NoNumber(FieldOf(name));

    /// <summary>A string, or an array of strings; an empty string counts as absent.</summary>
    public IReadOnlyList<string>? TextOrTexts(string name)
    {
        var mistake = $"{name} must be a string or an array of strings";
        return Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Select(one => TextOf(one, name, mistake))],
            { } one => TextOf(one, name, mistake) is { Length: > 0 } text ? [text] : null,
        };
    }

    /// <summary>An object of strings, with names in whatever letter case.</summary>
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
                throw new BodyException(name, $"{name} must not name {BodyException.Shown(member.Name)} twice");
        return texts;
    }

    /// <summary>An object as it is.</summary>
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

    // JSON can spell half a surrogate pair, which is no text.
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
