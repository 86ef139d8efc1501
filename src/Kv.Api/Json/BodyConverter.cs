using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Api.Json;

/// <summary>The body of a request, which reads itself.</summary>
internal interface IBody<out TSelf>
{
    static abstract TSelf Read(ref Utf8JsonReader reader);
}

/// <summary>Reads the body of a request. Kv never writes one.</summary>
internal sealed class BodyConverter<T> : JsonConverter<T>
    where T : IBody<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}
