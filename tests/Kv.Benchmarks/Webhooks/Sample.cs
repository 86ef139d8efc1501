using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;

namespace Kv.Benchmarks.Webhooks;

/// <summary>Webhooks to measure with.</summary>
internal static class Sample
{
    public static Webhook Webhook(Tenant tenant, string pattern) => new(
        Guid.NewGuid(), tenant,
        new WebhookSettings
        {
            Pattern = KeyPattern.Parse(pattern),
            Events = EventFilter.TryParse([EventFilter.Any])!.Value,
            Endpoint = "http://127.0.0.1:1/",
            AddEventData = true,
        },
        createdAt: 0);
}
