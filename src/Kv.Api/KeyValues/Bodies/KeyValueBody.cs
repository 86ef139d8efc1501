using System.Text;
using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;

namespace Kv.Api.KeyValues.Bodies;

/// <summary>
/// Reads simple-golang-kv's members from the body of a write. The value is copied from the request to the store's bytes
/// without becoming a string, and errors name the member. As in simple-golang-kv, letter case is ignored in names. An
/// answer can be sent back as a body: <c>expire_at</c> is allowed beside <c>ttl</c> and ignored. Unknown members are
/// refused, so that a misspelt <c>ttl</c> does not create a key without expiry.
/// </summary>
internal ref struct KeyValueBody
{
    private static readonly string[] Members = ["key", "value", "ttl", "expire_at", "encoding"];

    private int _seen;
    private bool _hasTtl;
    private bool _hasExpireAt;
    private string? _encoding;

    public string? Key { get; private set; }

    public ReadOnlyMemory<byte> Value { get; private set; }

    public TimeToLive Ttl { get; private set; }

    public static KeyValueBody Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new BodyException("body", "The body must be a JSON object");
        var body = new KeyValueBody();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = JsonMembers.ReadName(ref reader, Members);
            if (!body.TryMark(member))
                throw BodyException.Repeated(member);
            reader.Read();
            body.ReadMember(member, ref reader);
        }
        if (body.TryMark("value"))
            throw new BodyException("value", "value is required");
        if (body._hasExpireAt && !body._hasTtl)
            throw new BodyException(
                "expire_at", "expire_at has no effect without ttl: send ttl, the seconds from now on, or \"never\"");
        if (body._encoding is { } encoding)
            body.Value = EncodedValues.Decode(body.Value, encoding)!.Value;
        return body;
    }

    /// <summary>Whether a text is a JSON object with only these members, including a value.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        var hasValue = false;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                hasValue |= JsonMembers.ReadName(ref reader, Members) == "value";
                reader.Skip();
            }
            return hasValue;
        }
        catch (Exception mistake) when (mistake is JsonException or BodyException)
        {
            return false;
        }
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
                Key = ReadText(ref reader, member);
                break;
            case "value":
                Value = Utf8TextConverter.Read(ref reader, member);
                break;
            case "ttl":
                _hasTtl = reader.TokenType != JsonTokenType.Null;
                Ttl = TtlValues.Read(ref reader, member);
                break;
            case "encoding":
                _encoding = ReadText(ref reader, member);
                break;
            default:
                _hasExpireAt = reader.TokenType != JsonTokenType.Null;
                if (_hasExpireAt && reader.TokenType != JsonTokenType.Number)
                    throw new BodyException(member, $"{member} must be a second of Unix time");
                break;
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader, string field) => reader.TokenType == JsonTokenType.Null
        ? null
        : Encoding.UTF8.GetString(Utf8TextConverter.Read(ref reader, field).Span);
}
