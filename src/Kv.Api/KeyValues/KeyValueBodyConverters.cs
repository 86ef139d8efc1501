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

internal sealed class PatchKeyValueBodyConverter : JsonConverter<PatchKeyValueBody>
{
    public override PatchKeyValueBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var members = BodyMembers.Read(ref reader, "ttl");
        return members.Has("ttl")
            ? new PatchKeyValueBody { Ttl = members.Number("ttl") }
            : throw new BodyException("ttl", "ttl is required");
    }

    public override void Write(Utf8JsonWriter writer, PatchKeyValueBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}
