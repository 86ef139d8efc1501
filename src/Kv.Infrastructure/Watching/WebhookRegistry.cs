using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Every webhook, in memory, as registered at the revision that the watcher has come to. Finding those that a change
/// concerns takes one look-up for its key and one for each length that a prefix of its tenant has, however many
/// webhooks there are. The watcher's loop alone uses it.
/// </summary>
internal sealed class WebhookRegistry
{
    private readonly Dictionary<Tenant, TenantWebhooks> _tenants = [];

    public IEnumerable<Webhook> All => _tenants.Values.SelectMany(tenant => tenant.All);

    public bool IsEmpty => _tenants.Count == 0;

    public Webhook? Find(Tenant tenant, Guid id) => _tenants.GetValueOrDefault(tenant)?.Find(id);

    /// <summary>Adds a webhook, or takes note of its change.</summary>
    public void Set(Webhook webhook)
    {
        if (!_tenants.TryGetValue(webhook.Tenant, out var webhooks))
            _tenants.Add(webhook.Tenant, webhooks = new TenantWebhooks());
        webhooks.Set(webhook);
    }

    public void Remove(Tenant tenant, Guid id)
    {
        if (_tenants.TryGetValue(tenant, out var webhooks) && webhooks.Remove(id))
            _tenants.Remove(tenant);
    }

    /// <summary>Adds to a list the webhooks that want to be told of a change.</summary>
    public void Match(KeyChanged change, List<Webhook> matches)
    {
        if (_tenants.TryGetValue(change.Tenant, out var webhooks))
            webhooks.Match(change, matches);
    }

    private sealed class TenantWebhooks
    {
        private readonly Dictionary<Guid, Webhook> _all = [];
        private readonly Dictionary<string, List<Webhook>> _exact = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<Webhook>> _prefixes = new(StringComparer.Ordinal);
        private int[]? _lengths;

        public IEnumerable<Webhook> All => _all.Values;

        public Webhook? Find(Guid id) => _all.GetValueOrDefault(id);

        public void Set(Webhook webhook)
        {
            Remove(webhook.Id);
            _all[webhook.Id] = webhook;
            var pattern = webhook.Settings.Pattern;
            var index = pattern.IsPrefix ? _prefixes : _exact;
            if (!index.TryGetValue(pattern.KeyOrPrefix, out var same))
                index.Add(pattern.KeyOrPrefix, same = []);
            same.Add(webhook);
            _lengths = null;
        }

        /// <summary>Returns whether none is left.</summary>
        public bool Remove(Guid id)
        {
            if (_all.Remove(id, out var webhook))
            {
                var pattern = webhook.Settings.Pattern;
                var index = pattern.IsPrefix ? _prefixes : _exact;
                var same = index[pattern.KeyOrPrefix];
                same.Remove(webhook);
                if (same.Count == 0)
                    index.Remove(pattern.KeyOrPrefix);
                _lengths = null;
            }
            return _all.Count == 0;
        }

        public void Match(KeyChanged change, List<Webhook> matches)
        {
            var key = change.Key.Value;
            if (_exact.TryGetValue(key, out var exact))
                Add(exact);
            _lengths ??= [.. _prefixes.Keys.Select(prefix => prefix.Length).Distinct().Order()];
            var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (var length in _lengths)
            {
                if (length > key.Length)
                    break;
                if (prefixes.TryGetValue(key.AsSpan(0, length), out var same))
                    Add(same);
            }

            void Add(List<Webhook> candidates)
            {
                foreach (var webhook in candidates)
                    if (webhook.Wants(change))
                        matches.Add(webhook);
            }
        }
    }
}
