using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>
/// Builds the body of a message: the payload's members and, if the webhook asks for it, the member <c>event</c>.
/// </summary>
internal static class MessageBody
{
    // The names of the members, the tenant's names and the numbers.
    private const int Overhead = 512;

    // The most UTF-8 bytes of a UTF-16 unit.
    private const int BytesOfAUnit = 3;

    // The text is for a JSON parser, so it escapes only what JSON requires. The bytes are checked before.
    private static readonly JsonWriterOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Builds a body; empty when the webhook has no payload and does not ask for the event.</summary>
    public static ReadOnlyMemory<byte> Build(Webhook webhook, DeliveryEvent @event)
    {
        var payload = webhook.Settings.Payload;
        if (!webhook.Settings.AddEventData)
            return payload;
        // Not pooled: an abandoned connection may still be reading the buffer.
        var body = new ArrayBufferWriter<byte>(
            payload.Length + BytesOfAUnit * @event.Key.Length + (@event.Value?.Length ?? 0)
            + (@event.Previous?.Value?.Length ?? 0) + Overhead);
        body.Write("{"u8);
        CopyMembers(payload.Span, body);
        body.Write("\"event\":"u8);
        using (var json = new Utf8JsonWriter(body, Relaxed))
            WriteEvent(json, webhook, @event);
        body.Write("}"u8);
        return body.WrittenMemory;
    }

    // Members are copied unchanged, each followed by a comma. A member with the event's name is replaced.
    private static void CopyMembers(ReadOnlySpan<byte> payload, ArrayBufferWriter<byte> body)
    {
        var reader = new Utf8JsonReader(payload);
        if (payload.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isReplaced = reader.ValueTextEquals("event"u8);
            reader.Skip();
            if (isReplaced)
                continue;
            body.Write(payload[start..(int)reader.BytesConsumed]);
            body.Write(","u8);
        }
    }

    private static void WriteEvent(Utf8JsonWriter json, Webhook webhook, DeliveryEvent @event)
    {
        json.WriteStartObject();
        json.WriteString("event"u8, @event.Kind is { } kind ? webhook.Settings.Events.NameOf(kind) : EventFilter.Ping);
        json.WriteString("namespace"u8, webhook.Tenant.Namespace);
        json.WriteString("appName"u8, webhook.Tenant.AppName);
        json.WriteString("key"u8, @event.Key);
        WriteValue(json, @event.Value);
        if (@event.Previous is { } previous)
            WritePrevious(json, previous);
        if (@event.ExpireAt is { } expireAt)
        {
            json.WriteNumber("ttl"u8, Expiry.Within(expireAt, @event.Timestamp).Ttl);
            json.WriteNumber("expire_at"u8, expireAt);
        }
        json.WriteNumber("timestamp"u8, @event.Timestamp);
        if (@event.Revision is { } revision)
            json.WriteNumber("revision"u8, revision);
        json.WriteEndObject();
    }

    private static void WritePrevious(Utf8JsonWriter json, PreviousValue previous)
    {
        json.WriteStartObject("previous"u8);
        if (previous.Value is null)
            json.WriteBoolean("forgotten"u8, true);
        else
            WriteValue(json, previous.Value);
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes)
        {
            json.WriteNull("value"u8);
        }
        else if (Utf8.IsValid(bytes.Span))
        {
            json.WriteString("value"u8, bytes.Span);
        }
        else
        {
            json.WriteBase64String("value"u8, bytes.Span);
            json.WriteString("encoding"u8, "base64"u8);
        }
    }
}
