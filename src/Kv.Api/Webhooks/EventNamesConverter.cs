using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Api.Webhooks;

/// <summary>Writes a single event name as a string, as simple-golang-kv did, and several as an array.</summary>
internal sealed class EventNamesConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only written.");

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value.Count == 1)
            writer.WriteStringValue(value[0]);
        else
            JsonSerializer.Serialize(writer, value, options);
    }
}
