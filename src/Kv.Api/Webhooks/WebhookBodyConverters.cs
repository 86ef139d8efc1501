using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Errors;
using Kv.Api.Json;

namespace Kv.Api.Webhooks;

internal sealed class RegisterWebhookBodyConverter : BodyConverter<RegisterWebhookBody>
{
    protected override RegisterWebhookBody Read(ref Utf8JsonReader reader) =>
        new(BodyMembers.Read(ref reader, RegisterWebhookBody.Members));
}

internal sealed class UpdateWebhookBodyConverter : BodyConverter<UpdateWebhookBody>
{
    protected override UpdateWebhookBody Read(ref Utf8JsonReader reader) =>
        new(BodyMembers.Read(ref reader, UpdateWebhookBody.Members));
}

internal sealed class ReplayBodyConverter : BodyConverter<ReplayBody>
{
    protected override ReplayBody Read(ref Utf8JsonReader reader) =>
        BodyMembers.Read(ref reader, "since").Number("since") is { } since
            ? new ReplayBody { Since = since }
            : throw new BodyException("since", "since is required");
}

/// <summary>Writes a single event name as a string, as simple-golang-kv did, and several as an array.</summary>
internal sealed class EventNamesConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
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
