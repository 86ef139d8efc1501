using System.Text;
using System.Text.Json;
using Kv.Api.Json;

namespace Kv.Api.KeyValues;

/// <summary>
/// The members that simple-golang-kv read from either body, read by hand: the value goes from the request's bytes to
/// the store's without becoming a string, and every mistake is told by the name of its member. As there, names are
/// taken in any case, and <c>expire_at</c> (and in a PUT <c>key</c>) may stand in a body that was read before and is
/// sent back. Other members are refused: a misspelt <c>ttl</c> must not make a key live for ever.
/// </summary>
internal ref struct KeyValueBody
{
    private static readonly string[] Members = ["key", "value", "ttl", "expire_at"];

    private int _seen;

    public string? Key { get; private set; }

    public ReadOnlyMemory<byte> Value { get; private set; }

    public long? Ttl { get; private set; }

    public static KeyValueBody Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new BodyException("body", "The body must be a JSON object");
        var body = new KeyValueBody();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = ReadName(ref reader);
            if (!body.TryMark(member))
                throw BodyException.Repeated(member);
            reader.Read();
            body.ReadMember(member, ref reader);
        }
        if (body.TryMark("value"))
            throw new BodyException("value", "value is required");
        return body;
    }

    private static string ReadName(ref Utf8JsonReader reader)
    {
        try
        {
            // The usual spelling is recognized without making a string of it.
            foreach (var member in Members)
                if (reader.ValueTextEquals(member))
                    return member;
            return Recognize(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            throw new BodyException("body", "The names of members must be well-formed Unicode");
        }
    }

    private static string Recognize(string name)
    {
        foreach (var member in Members)
            if (member.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member;
        throw BodyException.UnknownMember(name, Members);
    }

    private bool TryMark(string member)
    {
        var bit = 1 << Array.IndexOf(Members, member);
        var isNew = (_seen & bit) == 0;
        _seen |= bit;
        return isNew;
    }

    private void ReadMember(string member, ref Utf8JsonReader reader)
    {
        switch (member)
        {
            case "key":
                Key = reader.TokenType == JsonTokenType.Null
                    ? null
                    : Encoding.UTF8.GetString(Utf8TextConverter.Read(ref reader, member).Span);
                break;
            case "value":
                Value = Utf8TextConverter.Read(ref reader, member);
                break;
            case "ttl":
                Ttl = ReadSeconds(ref reader, member);
                break;
            default:
                reader.Skip();
                break;
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
            if (reader.TryGetDouble(out var large) && double.Abs(large) >= long.MaxValue)
                return large > 0 ? long.MaxValue : long.MinValue;
        }
        throw new BodyException(field, $"{field} must be a whole number of seconds");
    }
}
