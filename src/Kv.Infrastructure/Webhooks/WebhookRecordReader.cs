using System.Runtime.InteropServices;
using System.Text.Json;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Webhooks;

/// <summary>
/// Makes a webhook of its JSON. simple-golang-kv wrote names in whatever letter case it was given, checked no endpoint
/// and no header, and left out what was empty.
/// </summary>
internal static class WebhookRecordReader
{
    /// <returns>The webhook; null when it says something that no webhook can be.</returns>
    /// <exception cref="InvalidOperationException">A member is of another type than it must be, or its text is no Unicode.</exception>
    /// <exception cref="FormatException">A number is out of range.</exception>
    public static Webhook? Read(Tenant tenant, Guid id, JsonElement record, long revision)
    {
        if (ReadSettings(record) is not { } settings)
            return null;
        var secret = Text(record, "secret") is { } text ? WebhookSecret.TryParse(text) : null;
        // To go on without a secret that is there would be to send what nobody can verify.
        if (secret is null && Text(record, "secret") is not null)
            return null;
        var previous = Text(record, "previous_secret") is { } before ? WebhookSecret.TryParse(before) : null;
        var webhook = new Webhook(id, tenant, settings, Number(record, "created_at") ?? 0) { Revision = revision };
        webhook.RestoreSecrets(secret, previous, previous is null ? 0 : Number(record, "previous_secret_until") ?? 0);
        if (Text(record, "disabled_reason") is { } reason)
            webhook.Disable(reason);
        return webhook;
    }

    private static WebhookSettings? ReadSettings(JsonElement record)
    {
        var pattern = Text(record, "key");
        var events = EventFilter.TryParse((Text(record, "event") ?? "").Split(',', StringSplitOptions.TrimEntries));
        var endpoint = Text(record, "endpoint");
        var method = Text(record, "method") is { Length: > 0 } named ? named.ToUpperInvariant() : WebhookSettings.DefaultMethod;
        if (string.IsNullOrEmpty(pattern) || events is null || endpoint is null || !WebhookSettings.IsEndpoint(endpoint)
            || !WebhookSettings.Methods.Contains(method))
            return null;
        var timeout = Number(record, "timeout_seconds");
        return new WebhookSettings
        {
            Pattern = KeyPattern.Of(pattern),
            Events = events.Value,
            Endpoint = endpoint,
            Method = method,
            Headers = ReadHeaders(record),
            Payload = ReadPayload(record),
            AddEventData = Flag(record, "add_event_data"),
            ChangedOnly = Flag(record, "changed_only"),
            TimeoutSeconds = timeout is >= 1 and <= WebhookSettings.MaxTimeoutSeconds ? (int)timeout : null,
        };
    }

    // Headers that HTTP cannot carry, or that are not the webhook's to set, were never sent by simple-golang-kv either.
    private static Dictionary<string, string> ReadHeaders(JsonElement record)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (Member(record, "headers") is not { } given)
            return headers;
        foreach (var header in given.EnumerateObject())
            if (WebhookSettings.IsHeaderName(header.Name)
                && !WebhookSettings.IsReservedHeader(header.Name)
                && header.Value.GetString() is { } value
                && !Domain.Text.HasControlCharacter(value.Replace("\t", "", StringComparison.Ordinal)))
                headers[header.Name] = value;
        return headers;
    }

    private static ReadOnlyMemory<byte> ReadPayload(JsonElement record) =>
        Member(record, "payload") is { } payload && payload.EnumerateObject().Any()
            ? JsonMarshal.GetRawUtf8Value(payload).ToArray()
            : default;

    private static string? Text(JsonElement record, string name) => Member(record, name)?.GetString();

    private static long? Number(JsonElement record, string name) => Member(record, name)?.GetInt64();

    private static bool Flag(JsonElement record, string name) => Member(record, name)?.GetBoolean() ?? false;

    private static JsonElement? Member(JsonElement record, string name) =>
        record.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
}
