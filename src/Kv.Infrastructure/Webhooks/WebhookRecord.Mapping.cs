using Kv.Domain.Access;

namespace Kv.Infrastructure.Webhooks;

internal sealed partial record WebhookRecord
{
    private static WebhookRecord From(Webhook webhook)
    {
        var settings = webhook.Settings;
        return new WebhookRecord
        {
            Id = webhook.Id.ToString(),
            Namespace = webhook.Tenant.Namespace,
            AppName = webhook.Tenant.AppName,
            Key = settings.Pattern.Text,
            Event = string.Join(',', settings.Events.Names),
            Endpoint = settings.Endpoint,
            Method = settings.Method,
            Headers = settings.Headers.Count == 0
                ? null
                : settings.Headers.ToDictionary(header => header.Key, header => (string?)header.Value),
            // Without its type, null would be converted to an empty array of bytes.
            Payload = settings.Payload.IsEmpty ? (ReadOnlyMemory<byte>?)null : settings.Payload,
            AddEventData = settings.AddEventData,
            CreatedAt = webhook.CreatedAt,
            ChangedOnly = settings.ChangedOnly ? true : null,
            IncludePrevious = settings.IncludePrevious ? true : null,
            TimeoutSeconds = settings.TimeoutSeconds,
            Secret = webhook.Secret?.Reveal(),
            PreviousSecret = webhook.PreviousSecret?.Reveal(),
            PreviousSecretUntil = webhook.PreviousSecret is null ? null : webhook.PreviousSecretUntil,
            DisabledReason = webhook.DisabledReason,
            Dropped = webhook.Dropped > 0 ? webhook.Dropped : null,
            DroppedSince = webhook.Dropped > 0 ? webhook.DroppedSince : null,
            RegisteredBy = webhook.RegisteredBy is { } by
                ? new PrincipalRecord(by.ApiKey, by.Subject, by.Issuer)
                : null,
        };
    }

    // Null when the settings are invalid. simple-golang-kv kept the letter case of names, validated neither endpoints
    // nor headers, and omitted empty members.
    private Webhook? ToWebhook(Tenant tenant, Guid id, Entry entry)
    {
        if (ToSettings() is not { } settings)
            return null;
        var secret = Secret is null ? null : WebhookSecret.TryParse(Secret);
        // Ignoring an unreadable secret would send calls that the receiver cannot verify.
        if (secret is null && Secret is not null)
            return null;
        var previous = PreviousSecret is null ? null : WebhookSecret.TryParse(PreviousSecret);
        var webhook = new Webhook(id, tenant, settings, CreatedAt ?? 0, ToPrincipal())
        {
            Revision = entry.ModRevision,
            CreateRevision = entry.CreateRevision,
        };
        webhook.RestoreSecrets(secret, previous, previous is null ? 0 : PreviousSecretUntil ?? 0);
        if (DisabledReason is not null)
            webhook.Disable(DisabledReason);
        if (Dropped is > 0 and var dropped)
            webhook.AddDropped(dropped, DroppedSince ?? 0);
        return webhook;
    }

    private WebhookSettings? ToSettings()
    {
        var events = EventFilter.TryParse((Event ?? "").Split(',', StringSplitOptions.TrimEntries));
        var method = Method is { Length: > 0 } named ? named.ToUpperInvariant() : WebhookSettings.DefaultMethod;
        if (string.IsNullOrEmpty(Key) || events is null || Endpoint is null || !WebhookSettings.IsEndpoint(Endpoint)
            || !WebhookSettings.Methods.Contains(method))
            return null;
        return new WebhookSettings
        {
            Pattern = KeyPattern.Parse(Key),
            Events = events.Value,
            Endpoint = Endpoint,
            Method = method,
            Headers = SendableHeaders(),
            Payload = Payload ?? default,
            AddEventData = AddEventData ?? false,
            ChangedOnly = ChangedOnly ?? false,
            IncludePrevious = IncludePrevious ?? false,
            TimeoutSeconds = TimeoutSeconds is >= 1 and <= WebhookSettings.MaxTimeoutSeconds
                ? (int)TimeoutSeconds
                : null,
        };
    }

    // simple-golang-kv never sent headers that HTTP cannot carry.
    private Dictionary<string, string> SendableHeaders()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Headers ?? [])
            if (value is not null && Domain.Text.IsHeaderName(name)
                && !Domain.Text.HasControlCharacter(value.Replace("\t", "", StringComparison.Ordinal)))
                headers[name] = value;
        return headers;
    }

    private Principal? ToPrincipal() => RegisteredBy switch
    {
        { ApiKey: { } key } => Principal.OfApiKey(key),
        { Subject: { } subject, Issuer: { } issuer } => Principal.OfToken(subject, issuer),
        _ => null,
    };
}
