using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Kv.Api.Errors;

namespace Kv.Api.Json;

/// <summary>Writes UTF-8 bytes as text without creating a string, and other bytes as base64.</summary>
internal sealed class Utf8TextConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    public override ReadOnlyMemory<byte> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, "value");

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options)
    {
        if (Utf8.IsValid(value.Span))
            writer.WriteStringValue(value.Span);
        else
            writer.WriteBase64StringValue(value.Span);
    }

    /// <summary>The UTF-8 bytes of a JSON string, unescaped.</summary>
    /// <exception cref="BodyException">The value is not a string, or not well-formed.</exception>
    public static ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new BodyException(field, $"{field} must be a string");
        var length = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var bytes = new byte[length];
        try
        {
            return bytes.AsMemory(0, reader.CopyString(bytes));
        }
        catch (InvalidOperationException)
        {
            throw new BodyException(field, $"{field} must be well-formed Unicode");
        }
    }
}
