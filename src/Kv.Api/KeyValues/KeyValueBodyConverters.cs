using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.KeyValues;

internal sealed class CreateKeyValueBodyConverter : JsonConverter<CreateKeyValueBody>
{
    public override CreateKeyValueBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var body = KeyValueBody.Read(ref reader);
        return new CreateKeyValueBody { Key = body.Key ?? "", Value = body.Value, Ttl = body.Ttl };
    }

    public override void Write(Utf8JsonWriter writer, CreateKeyValueBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}

internal sealed class SetKeyValueBodyConverter : JsonConverter<SetKeyValueBody>
{
    public override SetKeyValueBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var body = KeyValueBody.Read(ref reader);
        return new SetKeyValueBody { Value = body.Value, Ttl = body.Ttl };
    }

    public override void Write(Utf8JsonWriter writer, SetKeyValueBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}

/// <summary>
/// The members that simple-golang-kv read from either body, read by hand: the value goes from the request's bytes to
/// the store's without becoming a string, and every mistake is told by the name of its member. As there, names are
/// taken in any case, and <c>expire_at</c> (and in a PUT <c>key</c>) may stand in a body that was read before and is
/// sent back. Other members are refused: a misspelt <c>ttl</c> must not make a key live for ever.
/// </summary>
internal ref struct KeyValueBody
{
    private const string Known = "key, value, ttl, expire_at";

    // A mistake is told with the member's name, which may be as long as the body.
    private const int LongestNameShown = 64;

    public string? Key;
    public ReadOnlyMemory<byte> Value;
    public long? Ttl;

    public static KeyValueBody Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new BodyException("body", "The body must be a JSON object");
        var body = new KeyValueBody();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadName(ref reader);
            if (!seen.Add(name))
                throw new BodyException(name, $"{name} must not stand twice");
            reader.Read();
            body.ReadMember(name.ToLowerInvariant(), ref reader);
        }
        if (!seen.Contains("value"))
            throw new BodyException("value", "value is required");
        return body;
    }

    private static string ReadName(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new BodyException("body", "The names of members must be well-formed Unicode");
        }
    }

    private void ReadMember(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "key":
                Key = reader.TokenType == JsonTokenType.Null
                    ? null
                    : Encoding.UTF8.GetString(Utf8TextConverter.Read(ref reader, name).Span);
                break;
            case "value":
                Value = Utf8TextConverter.Read(ref reader, name);
                break;
            case "ttl":
                Ttl = ReadSeconds(ref reader, name);
                break;
            case "expire_at":
                reader.Skip();
                break;
            default:
                var shown = name.Length <= LongestNameShown ? name : $"{name[..LongestNameShown]}...";
                throw new BodyException(shown, $"{shown} is not a member of this body (it has {Known})");
        }
    }

    private static long? ReadSeconds(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out var seconds))
                return seconds;
            // A whole number beyond 64 bits is out of the range as well, and is told the range.
            if (reader.TryGetDecimal(out var large) && decimal.IsInteger(large) && decimal.Abs(large) > long.MaxValue)
                return large > 0 ? long.MaxValue : long.MinValue;
        }
        throw new BodyException(field, $"{field} must be a whole number of seconds");
    }
}
