using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Dispatching;

/// <summary>
/// Every webhook, in memory, as registered at the revision that the feed has reached. Only the watcher's loop uses it;
/// other threads may read the counts.
/// </summary>
internal sealed class WebhookRegistry
{
    // The key is the tenant and the id: records that were copied in the store have one id under two tenants.
    private readonly Dictionary<(Tenant, Guid), Webhook> _all = [];
    private readonly PatternIndex<Webhook> _index = new();

    public IEnumerable<Webhook> All => _all.Values;

    public bool IsEmpty => _all.Count == 0;

    public int Count => _all.Count;

    public int Disabled { get; private set; }

    public Webhook? Find(Tenant tenant, Guid id) => _all.GetValueOrDefault((tenant, id));

    /// <summary>Adds or replaces a webhook.</summary>
    public void Set(Webhook webhook)
    {
        Remove(webhook.Tenant, webhook.Id);
        _all.Add((webhook.Tenant, webhook.Id), webhook);
        Disabled += webhook.IsActive ? 0 : 1;
        _index.Add(webhook.Tenant, webhook.Settings.Pattern, webhook);
    }

    public void Remove(Tenant tenant, Guid id)
    {
        if (Find(tenant, id) is not { } webhook)
            return;
        _all.Remove((tenant, id));
        Disabled -= webhook.IsActive ? 0 : 1;
        _index.Remove(tenant, webhook.Settings.Pattern, webhook);
    }

    /// <summary>Adds to a list the webhooks that want a change.</summary>
    public void Match(KeyChanged change, List<Webhook> matches)
    {
        _index.Match(change.Tenant, change.Key.Value, matches);
        matches.RemoveAll(webhook => !webhook.Matches(change));
    }
}
