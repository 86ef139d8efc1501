using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Kv.Api.Errors;

namespace Kv.Api.Json;

/// <summary>
/// Reads the members of a JSON object by name. Scalar members are read directly from the text: a document would take
/// many times the memory. Letter case is ignored in names; unknown members are refused. Errors name the member.
/// </summary>
internal sealed class JsonMembers
{
    private readonly List<(string Name, JsonTokenType Kind, ReadOnlyMemory<byte> Text)> _given = [];
    private readonly string _path;

    private JsonMembers(string path) => _path = path;

    /// <summary>Reads an object.</summary>
    /// <param name="reader">The reader at the object, whose whole text is buffered.</param>
    /// <param name="path">The path of the object, for example <c>success[3]</c>; empty for the body itself.</param>
    /// <param name="names">The known names.</param>
    /// <param name="takesNested">Whether members may be objects or arrays.</param>
    /// <exception cref="BodyException">
    /// The value is not an object, or a member is repeated, unknown, or nested without <paramref name="takesNested"/>.
    /// </exception>
    public static JsonMembers Read(
        ref Utf8JsonReader reader, string path, string[] names, bool takesNested = false)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw path.Length == 0
                ? new BodyException("body", "The body must be a JSON object")
                : new BodyException(path, $"{path} must be an object");
        var members = new JsonMembers(path);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadName(ref reader, names, path);
            if (members.Given(name) is not null)
                throw BodyException.Repeated(members.FieldOf(name));
            reader.Read();
            members._given.Add((name, reader.TokenType, ReadText(ref reader, members.FieldOf(name), takesNested)));
        }
        return members;
    }

    /// <summary>Reads a body whose members may be objects or arrays.</summary>
    /// <exception cref="BodyException">The body is not an object, or a member is repeated or unknown.</exception>
    public static JsonMembers ReadBody(ref Utf8JsonReader reader, params string[] names) =>
        Read(ref reader, path: "", names, takesNested: true);

    /// <summary>Reads the name of a member.</summary>
    /// <returns>The known name, without regard to letter case.</returns>
    /// <exception cref="BodyException">The name is unknown, or not well-formed.</exception>
    public static string ReadName(ref Utf8JsonReader reader, string[] names, string path = "")
    {
        try
        {
            // The usual spelling is recognized without creating a string.
            foreach (var name in names)
                if (reader.ValueTextEquals(name))
                    return name;
            return Recognize(reader.GetString()!, names, path);
        }
        catch (InvalidOperationException)
        {
            throw new BodyException(
                path.Length == 0 ? "body" : path, "The names of members must be well-formed Unicode");
        }
    }

    /// <inheritdoc cref="ReadName"/>
    public static string Recognize(string given, string[] names, string path = "")
    {
        foreach (var name in names)
            if (name.Equals(given, StringComparison.OrdinalIgnoreCase))
                return name;
        throw BodyException.UnknownMember(FieldOf(given, path), names);
    }

    /// <summary>The member's name with its path.</summary>
    public string FieldOf(string name) => FieldOf(name, _path);

    /// <summary>Whether the member is present; null counts as absent.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether the member is present and of this kind.</summary>
    public bool Is(string name, JsonTokenType kind) => Given(name)?.Kind == kind;

    /// <summary>A string; null when it is absent.</summary>
    public string? Text(string name) => Bytes(name) is { } text ? Encoding.UTF8.GetString(text.Span) : null;

    /// <summary>The UTF-8 bytes of a string; null when it is absent.</summary>
    public ReadOnlyMemory<byte>? Bytes(string name) => Find(name) is not { } member ? (ReadOnlyMemory<byte>?)null
        : member.Kind == JsonTokenType.String ? member.Text
        : throw new BodyException(FieldOf(name), $"{FieldOf(name)} must be a string");

    public bool? Flag(string name) => Find(name)?.Kind switch
    {
        null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw new BodyException(FieldOf(name), $"{FieldOf(name)} must be true or false"),
    };

    /// <summary>
    /// A whole number. A number beyond 64 bits is clamped, so that the validator reports the valid range.
    /// </summary>
    public long? Number(string name)
    {
        if (Find(name) is not { } member)
            return null;
        return WholeNumber(member) ?? throw new BodyException(FieldOf(name), $"{FieldOf(name)} must be a whole number");
    }

    /// <summary>A time to live; the default when it is null or absent.</summary>
    public TimeToLive Ttl(string name) =>
        Find(name) is not { } member ? TimeToLive.Default
        : member.Kind == JsonTokenType.String && Ascii.Equals(member.Text.Span, TtlValues.Never) ? TimeToLive.Never
        : WholeNumber(member) is { } seconds ? TimeToLive.FromSeconds(seconds)
        : throw new BodyException(FieldOf(name), TtlValues.RuleOf(FieldOf(name)));

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

    // Null for a fraction, and for any other token than a number.
    private static long? WholeNumber((string Name, JsonTokenType Kind, ReadOnlyMemory<byte> Text) member)
    {
        if (member.Kind != JsonTokenType.Number)
            return null;
        var reader = new Utf8JsonReader(member.Text.Span);
        reader.Read();
        return reader.TryGetInt64(out var number) ? number
            : reader.TryGetDouble(out var large) && double.Abs(large) >= long.MaxValue
                ? (large > 0 ? long.MaxValue : long.MinValue)
            : null;
    }

    private static ReadOnlyMemory<byte> ReadText(ref Utf8JsonReader reader, string field, bool takesNested) =>
        reader.TokenType switch
        {
            JsonTokenType.String => Utf8TextConverter.Read(ref reader, field),
            JsonTokenType.Number =>
                reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan.ToArray(),
            JsonTokenType.StartObject or JsonTokenType.StartArray when takesNested =>
                JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader)).ToArray(),
            JsonTokenType.StartObject or JsonTokenType.StartArray =>
                throw new BodyException(field, $"{field} must not be an object or an array"),
            _ => default,
        };

    private static string FieldOf(string name, string path) => path.Length == 0 ? name : $"{path}.{name}";

    // Null counts as absent.
    private (string Name, JsonTokenType Kind, ReadOnlyMemory<byte> Text)? Find(string name) =>
        Given(name) is { Kind: not JsonTokenType.Null } member ? member : null;

    private (string Name, JsonTokenType Kind, ReadOnlyMemory<byte> Text)? Given(string name)
    {
        foreach (var member in _given)
            if (member.Name == name)
                return member;
        return null;
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
