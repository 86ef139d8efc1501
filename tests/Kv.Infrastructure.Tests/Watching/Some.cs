using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>Valid objects for tests that need only some of their fields.</summary>
internal static class Some
{
    public static readonly Tenant Tenant = new Tenant("space", "app");

    public static Webhook Webhook(
        string pattern = "*", string events = "*", Tenant? tenant = null, Guid? id = null, bool changedOnly = false) =>
        new(id ?? Guid.NewGuid(), tenant ?? Tenant, Settings(pattern, events, changedOnly), createdAt: 0);

    public static WebhookSettings Settings(string pattern = "*", string events = "*", bool changedOnly = false) => new()
    {
        Pattern = KeyPattern.Parse(pattern),
        Events = EventFilter.TryParse(events.Split(','))!.Value,
        Endpoint = "http://127.0.0.1/",
        ChangedOnly = changedOnly,
    };

    public static StoreAvailability Availability() =>
        new(new StoreOptions(), TimeProvider.System, NullLogger<StoreAvailability>.Instance);

    public static KeyCreated Created(string key, long revision = 1, string value = "value", Tenant? tenant = null) =>
        new(tenant ?? Tenant, Key.Parse(key), revision, SeenAt: 0, Encoding.UTF8.GetBytes(value), ExpireAt: null);

    public static KeyUpdated Updated(string key, bool isSameValue = false) =>
        new(Tenant, Key.Parse(key), 1, SeenAt: 0, Encoding.UTF8.GetBytes("value"), ExpireAt: null, isSameValue);

    public static KeyDeleted Deleted(string key, DeletionReason reason = DeletionReason.Deleted) =>
        new(Tenant, Key.Parse(key), 1, SeenAt: 0, reason);
}
