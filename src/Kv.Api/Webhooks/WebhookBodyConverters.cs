using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Webhooks;

internal sealed class RegisterWebhookBodyConverter : JsonConverter<RegisterWebhookBody>
{
    public override RegisterWebhookBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(BodyMembers.Read(ref reader, RegisterWebhookBody.Members));

    public override void Write(Utf8JsonWriter writer, RegisterWebhookBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}

internal sealed class UpdateWebhookBodyConverter : JsonConverter<UpdateWebhookBody>
{
    public override UpdateWebhookBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(BodyMembers.Read(ref reader, UpdateWebhookBody.Members));

    public override void Write(Utf8JsonWriter writer, UpdateWebhookBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}

internal sealed class ReplayBodyConverter : JsonConverter<ReplayBody>
{
    public override ReplayBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        BodyMembers.Read(ref reader, "since").Number("since") is { } since
            ? new ReplayBody { Since = since }
            : throw new BodyException("since", "since is required");

    public override void Write(Utf8JsonWriter writer, ReplayBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}

/// <summary>Writes one name of an event as simple-golang-kv did, as a string, and several as an array.</summary>
internal sealed class EventNamesConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only written.");

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value.Count == 1)
        {
            writer.WriteStringValue(value[0]);
            return;
        }
        writer.WriteStartArray();
        foreach (var name in value)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
