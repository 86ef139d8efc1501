using System.Text.Json;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Webhooks;

/// <summary>
/// The webhooks of a run, from the records of the store: also those whose registration was never confirmed.
/// </summary>
internal static class Registrations
{
    public static IReadOnlyList<WebhookRegistration> Of(IEnumerable<StoredEntry> changes)
    {
        var found = new Dictionary<string, WebhookRegistration>();
        foreach (var (change, entry)
            in changes.Where(entry => entry.Space == "webhooks").Select(entry => (entry.ToChange(), entry)))
        {
            if (entry.Value is null)
                found[change.Key] = found[change.Key] with { RemovedAt = entry.Revision };
            else
                found.TryAdd(change.Key, Read(change, entry.Value));
        }
        return [.. found.Values];
    }

    private static WebhookRegistration Read(StoredChange change, byte[] value)
    {
        using var json = JsonDocument.Parse(value);
        var webhook = json.RootElement;
        return new WebhookRegistration
        {
            Id = change.Key,
            Tenant = change.Tenant,
            Pattern = webhook.GetProperty("key").GetString()!,
            Events = webhook.GetProperty("event").GetString()!.Split(','),
            IsChangedOnly = webhook.TryGetProperty("changed_only", out var only) && only.GetBoolean(),
            Receiver = new Uri(webhook.GetProperty("endpoint").GetString()!).AbsolutePath,
            RegisteredAt = change.Revision,
        };
    }
}
