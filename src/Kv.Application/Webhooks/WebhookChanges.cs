using Kv.Domain.Storage;

namespace Kv.Application.Webhooks;

/// <summary>Shared steps of the use cases that change a stored webhook.</summary>
internal static class WebhookChanges
{
    private const int MaxTries = 10;

    /// <summary>Reads a webhook; null when it does not exist or the id is malformed.</summary>
    public static async Task<Webhook?> Find(
        this IWebhookRepository webhooks, Tenant tenant, string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var guid) ? await webhooks.Get(tenant, guid, cancellationToken) : null;

    /// <summary>Reads, changes and saves a webhook. Repeats all steps after a concurrent change.</summary>
    /// <returns>The saved webhook; null when it does not exist.</returns>
    public static async Task<Webhook?> Change(
        this IWebhookRepository webhooks, Tenant tenant, string id, Action<Webhook> change,
        CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (await webhooks.Find(tenant, id, cancellationToken) is not { } webhook)
                return null;
            change(webhook);
            if (await webhooks.Update(webhook, cancellationToken))
                return webhook;
        }
        throw new StoreUnavailableException("Other callers changed the webhook at every attempt.");
    }

    /// <summary>Refuses an endpoint that the target rules forbid.</summary>
    /// <exception cref="ValidationException">The endpoint contains a forbidden address.</exception>
    public static async Task Check(
        this IWebhookTargets targets, WebhookInput input, CancellationToken cancellationToken)
    {
        if (input.Endpoint is { Length: > 0 } endpoint
            && await targets.Refusal(endpoint, cancellationToken) is { } reason)
            throw InvalidInput.In("endpoint", $"{IWebhookTargets.NotAllowed} {reason}");
    }

    /// <summary>Merges the given values into the settings.</summary>
    /// <exception cref="ValidationException">
    /// A masked value has no stored one, or must not be sent to the new endpoint.
    /// </exception>
    public static WebhookSettings Over(this WebhookInput input, WebhookSettings settings, HeaderPolicy policy)
    {
        var endpoint = input.Endpoint is { Length: > 0 } given ? Unmask(given, settings.Endpoint) : settings.Endpoint;
        // A change of the endpoint must not reveal values that answers hide.
        var dropsHeaders = !policy.AreShown && !WebhookEndpoint.IsSameOrigin(endpoint, settings.Endpoint);
        return settings with
        {
            Pattern = input.Key is { Length: > 0 } key ? KeyPattern.Parse(key) : settings.Pattern,
            Events = input.Events is { } events ? EventFilter.TryParse(events) ?? settings.Events : settings.Events,
            Endpoint = endpoint,
            Method = input.Method is { Length: > 0 } method ? method.ToUpperInvariant() : settings.Method,
            Headers = input.Headers is { } headers
                ? Unmask(headers, settings.Headers, dropsHeaders)
                : dropsHeaders ? new Dictionary<string, string>() : settings.Headers,
            Payload = input.Payload ?? settings.Payload,
            AddEventData = input.AddEventData ?? settings.AddEventData,
            ChangedOnly = input.ChangedOnly ?? settings.ChangedOnly,
            IncludePrevious = input.IncludePrevious ?? settings.IncludePrevious,
            TimeoutSeconds = input.TimeoutSeconds is { } timeout
                ? (timeout > 0 ? (int)timeout : null)
                : settings.TimeoutSeconds,
        };
    }

    private static string Unmask(string given, string kept)
    {
        if (WebhookEndpoint.PasswordOf(given) != WebhookInput.Masked)
            return given;
        return WebhookEndpoint.IsSameOrigin(given, kept)
            && WebhookEndpoint.UserOf(given) == WebhookEndpoint.UserOf(kept)
            && WebhookEndpoint.PasswordOf(kept) is { } password
                ? WebhookEndpoint.WithPassword(given, password)
                : throw InvalidInput.In("endpoint", WebhookRules.NoStoredPassword);
    }

    private static Dictionary<string, string> Unmask(
        IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> kept, bool dropsHeaders)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in given)
            headers[name] = value == WebhookInput.Masked ? Kept(name) : value;
        return headers;

        string Kept(string name)
        {
            var (_, value) = kept.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (value is null)
                throw InvalidInput.In("headers", HeaderRules.NoStoredValue(name));
            return dropsHeaders ? throw InvalidInput.In("headers", HeaderRules.NewOrigin(name)) : value;
        }
    }
}
