using System.Text.Json;
using Kv.Api.Errors;

namespace Kv.Api.Json;

/// <summary>Reads members that are objects or arrays.</summary>
internal sealed partial class JsonMembers
{
    /// <summary>Reads a body whose members may be objects or arrays.</summary>
    /// <exception cref="BodyException">The body is not an object, or a member is repeated or unknown.</exception>
    public static JsonMembers ReadBody(ref Utf8JsonReader reader, params string[] names) =>
        Read(ref reader, path: "", names, takesNested: true);

    /// <summary>A string, or an array of strings; an empty string counts as absent.</summary>
    public IReadOnlyList<string>? TextOrTexts(string name)
    {
        var mistake = $"{name} must be a string or an array of strings";
        return Find(name) switch
        {
            null => null,
            { Kind: JsonTokenType.StartArray } many =>
                [.. JsonElement.Parse(many.Text.Span).EnumerateArray().Select(one => TextOf(one, name, mistake))],
            { Kind: JsonTokenType.String } => Text(name) is { Length: > 0 } text ? [text] : null,
            _ => throw new BodyException(name, mistake),
        };
    }

    /// <summary>An object of strings. Letter case is ignored in names.</summary>
    public IReadOnlyDictionary<string, string>? Texts(string name)
    {
        if (Find(name) is not { } member)
            return null;
        var mistake = $"{name} must be an object whose members are strings";
        if (member.Kind != JsonTokenType.StartObject)
            throw new BodyException(name, mistake);
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in JsonElement.Parse(member.Text.Span).EnumerateObject())
            if (!texts.TryAdd(
                TryRead(() => text.Name)
                    ?? throw new BodyException(name, "The names of members must be well-formed Unicode"),
                TextOf(text.Value, name, mistake)))
                throw new BodyException(name, $"{name} must not name {Domain.Text.Shown(text.Name)} twice");
        return texts;
    }

    /// <summary>An object, unchanged.</summary>
    public JsonElement? Object(string name)
    {
        if (Find(name) is not { } member)
            return null;
        if (member.Kind != JsonTokenType.StartObject)
            throw new BodyException(name, $"{name} must be an object");
        var value = JsonElement.Parse(member.Text.Span);
        return IsWellFormed(value)
            ? value
            : throw new BodyException(name, $"{name} must be well-formed Unicode and name no member twice");
    }

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

    private static string TextOf(JsonElement value, string name, string mistake) =>
        value.ValueKind != JsonValueKind.String
            ? throw new BodyException(name, mistake)
            : TryRead(value.GetString) ?? throw new BodyException(name, $"{name} must be well-formed Unicode");

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
}
