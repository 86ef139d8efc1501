using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Infrastructure.Webhooks;

/// <summary>
/// The stored form of a webhook: simple-golang-kv's JSON, followed by Kv's own members when they have a value, so that
/// either service reads the other's writes. The JSON has the members in the order of their declaration.
/// </summary>
internal sealed partial record WebhookRecord(
    string? Id = null,
    string? Namespace = null,
    [property: JsonPropertyName("appName")] string? AppName = null,
    string? Key = null,
    string? Event = null,
    string? Endpoint = null,
    string? Method = null,
    Dictionary<string, string?>? Headers = null,
    [property: JsonConverter(typeof(WebhookRecord.JsonObjectConverter))] ReadOnlyMemory<byte>? Payload = null,
    bool? AddEventData = null,
    long? CreatedAt = null,
    bool? ChangedOnly = null,
    bool? IncludePrevious = null,
    long? TimeoutSeconds = null,
    string? Secret = null,
    string? PreviousSecret = null,
    long? PreviousSecretUntil = null,
    string? DisabledReason = null,
    long? Dropped = null,
    long? DroppedSince = null,
    PrincipalRecord? RegisteredBy = null)
{
    /// <summary>Members of a later version, which are kept when this version changes the webhook.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>
    /// The webhook of an entry; null when it cannot be read. Its tenant and id are those of the entry's key, not those
    /// in the JSON.
    /// </summary>
    internal static Webhook? TryRead(KeyLayout layout, Entry entry)
    {
        if (layout.ReadWebhook(entry.Key) is not { } place)
            return null;
        try
        {
            return JsonSerializer.Deserialize(entry.Value.Span, WebhookJson.Stored.WebhookRecord)
                ?.ToWebhook(place.Tenant, place.Id, entry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The JSON of a webhook.</summary>
    /// <param name="before">The JSON that it replaces: members of later versions are kept.</param>
    internal static ReadOnlyMemory<byte> Write(Webhook webhook, ReadOnlyMemory<byte> before = default)
    {
        var record = From(webhook);
        if (!before.IsEmpty)
            record.Unknown = JsonSerializer.Deserialize(before.Span, WebhookJson.Stored.WebhookRecord)?.Unknown;
        return JsonSerializer.SerializeToUtf8Bytes(record, WebhookJson.Stored.WebhookRecord);
    }

    /// <summary>A JSON object, byte for byte; the empty object is stored as no bytes.</summary>
    internal sealed class JsonObjectConverter : JsonConverter<ReadOnlyMemory<byte>>
    {
        public override ReadOnlyMemory<byte> Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var value = document.RootElement;
            if (value.ValueKind != JsonValueKind.Object)
                throw new JsonException();
            return value.EnumerateObject().Any() ? JsonMarshal.GetRawUtf8Value(value).ToArray() : default;
        }

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Span);
    }
}

/// <summary>The principal of a webhook: an API key, or the subject and the issuer of a token.</summary>
internal sealed record PrincipalRecord(string? ApiKey, string? Subject, string? Issuer);

[JsonSerializable(typeof(WebhookRecord))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    /// <summary>Text as simple-golang-kv writes it: only what JSON requires is escaped.</summary>
    public static readonly WebhookJson Stored = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
