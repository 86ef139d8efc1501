using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Api.Json;

/// <summary>Reads the body of a request. Kv never writes one.</summary>
internal abstract class BodyConverter<T> : JsonConverter<T>
{
    public sealed override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader);

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");

    protected abstract T Read(ref Utf8JsonReader reader);
}
