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
internal readonly record struct KeyValueBody(string? Key, ReadOnlyMemory<byte> Value, TimeToLive Ttl)
{
    private static readonly string[] Members = ["key", "value", "ttl", "expire_at", "encoding"];

    public static KeyValueBody Read(ref Utf8JsonReader reader)
    {
        var members = JsonMembers.ReadBody(ref reader, Members);
        var (key, ttl, encoding) = (members.Text("key"), members.Ttl("ttl"), members.Text("encoding"));
        if (members.Has("expire_at") && !members.Is("expire_at", JsonTokenType.Number))
            throw new BodyException("expire_at", "expire_at must be a second of Unix time");
        if (members.Is("value", JsonTokenType.Null))
            throw new BodyException("value", "value must be a string");
        var value = members.Bytes("value") ?? throw new BodyException("value", "value is required");
        if (members.Has("expire_at") && !members.Has("ttl"))
            throw new BodyException(
                "expire_at", "expire_at has no effect without ttl: send ttl, the seconds from now on, or \"never\"");
        return new KeyValueBody(key, EncodedValues.Decode(value, encoding)!.Value, ttl);
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
}
