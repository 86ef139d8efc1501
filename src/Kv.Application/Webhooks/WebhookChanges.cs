using FluentValidation;
using FluentValidation.Results;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;

namespace Kv.Application.Webhooks;

/// <summary>What several use cases do with a webhook that is there.</summary>
internal static class WebhookChanges
{
    private const int MaxTries = 10;

    /// <summary>Reads a webhook; null when there is none, or when the id is none.</summary>
    public static async Task<Webhook?> Find(
        this IWebhookRepository webhooks, Tenant tenant, string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var guid) ? await webhooks.Get(tenant, guid, cancellationToken) : null;

    /// <summary>Reads a webhook, changes and saves it; again from the start when somebody else was faster.</summary>
    /// <returns>The webhook as it was saved; null when there is none.</returns>
    public static async Task<Webhook?> Change(
        this IWebhookRepository webhooks, Tenant tenant, string id, Action<Webhook> change, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (await webhooks.Find(tenant, id, cancellationToken) is not { } webhook)
                return null;
            change(webhook);
            if (await webhooks.Update(webhook, cancellationToken))
                return webhook;
        }
        throw new StoreUnavailableException("The webhook was changed by others at every try to change it.");
    }

    /// <summary>The settings with what is said in their place; what is not said stays.</summary>
    /// <exception cref="ValidationException">A header is masked that is not there.</exception>
    public static WebhookSettings Over(this WebhookInput input, WebhookSettings settings) => settings with
    {
        Pattern = input.Key is { Length: > 0 } key ? KeyPattern.Of(key) : settings.Pattern,
        Events = input.Events is { } events ? EventFilter.TryParse(events) ?? settings.Events : settings.Events,
        Endpoint = input.Endpoint is { Length: > 0 } endpoint ? endpoint : settings.Endpoint,
        Method = input.Method is { Length: > 0 } method ? method.ToUpperInvariant() : settings.Method,
        Headers = input.Headers is { } headers ? Unmask(headers, settings.Headers) : settings.Headers,
        Payload = input.Payload ?? settings.Payload,
        AddEventData = input.AddEventData ?? settings.AddEventData,
        ChangedOnly = input.ChangedOnly ?? settings.ChangedOnly,
        TimeoutSeconds = input.TimeoutSeconds is { } timeout ? (int?)timeout.Value : settings.TimeoutSeconds,
    };

    private static Dictionary<string, string> Unmask(
        IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> kept)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in given)
            headers[name] = value == WebhookInput.Masked ? Kept(name) : value;
        return headers;

        string Kept(string name) =>
            kept.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
            ?? throw new ValidationException([new ValidationFailure("headers", HeaderRules.NothingMasked(name))]);
    }
}
