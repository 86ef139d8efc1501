using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Webhooks;

/// <summary>
/// A webhook as the store holds it: simple-golang-kv's JSON, with Kv's own members behind where they say something, so
/// that either service reads what the other wrote.
/// </summary>
internal static class WebhookRecord
{
    // As simple-golang-kv names what it has; what is not its own comes after created_at.
    private static readonly string[] Members =
    [
        "id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "payload", "add_event_data", "created_at",
        "changed_only", "timeout_seconds", "secret", "previous_secret", "previous_secret_until", "disabled_reason",
    ];

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The webhook of an entry; null when it cannot be read. Whose it is and its id are told by where it stands, not by
    /// what it says.
    /// </summary>
    internal static Webhook? TryRead(KeyLayout layout, Entry entry)
    {
        if (layout.ReadWebhook(entry.Key) is not { } place)
            return null;
        try
        {
            using var document = JsonDocument.Parse(entry.Value);
            return WebhookRecordReader.Read(place.Tenant, place.Id, document.RootElement, entry.ModRevision);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // It is no JSON, a member is of another type than it must be, or its text is no Unicode.
            return null;
        }
    }

    /// <summary>The JSON of a webhook.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="before">The JSON that it takes the place of: members that a later version put there are kept.</param>
    internal static ReadOnlyMemory<byte> Write(Webhook webhook, ReadOnlyMemory<byte> before = default)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            WriteShared(json, webhook);
            WriteOwn(json, webhook);
            if (!before.IsEmpty)
                WriteUnknown(json, before);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    private static void WriteShared(Utf8JsonWriter json, Webhook webhook)
    {
        var settings = webhook.Settings;
        json.WriteString("id", webhook.Id);
        json.WriteString("namespace", webhook.Tenant.Namespace);
        json.WriteString("appName", webhook.Tenant.AppName);
        json.WriteString("key", settings.Pattern.Text);
        json.WriteString("event", string.Join(',', settings.Events.Names));
        json.WriteString("endpoint", settings.Endpoint);
        json.WriteString("method", settings.Method);
        if (settings.Headers.Count > 0)
        {
            json.WriteStartObject("headers");
            foreach (var (name, value) in settings.Headers)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (!settings.Payload.IsEmpty)
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(settings.Payload.Span);
        }
        json.WriteBoolean("add_event_data", settings.AddEventData);
        json.WriteNumber("created_at", webhook.CreatedAt);
    }

    private static void WriteOwn(Utf8JsonWriter json, Webhook webhook)
    {
        if (webhook.Settings.ChangedOnly)
            json.WriteBoolean("changed_only", true);
        if (webhook.Settings.TimeoutSeconds is { } timeout)
            json.WriteNumber("timeout_seconds", timeout);
        if (webhook.Secret is { } secret)
            json.WriteString("secret", secret.Reveal());
        if (webhook.PreviousSecret is { } previous)
        {
            json.WriteString("previous_secret", previous.Reveal());
            json.WriteNumber("previous_secret_until", webhook.PreviousSecretUntil);
        }
        if (webhook.DisabledReason is { } reason)
            json.WriteString("disabled_reason", reason);
    }

    private static void WriteUnknown(Utf8JsonWriter json, ReadOnlyMemory<byte> before)
    {
        using var document = JsonDocument.Parse(before);
        foreach (var member in document.RootElement.EnumerateObject())
            if (!Members.Contains(member.Name))
                member.WriteTo(json);
    }
}
