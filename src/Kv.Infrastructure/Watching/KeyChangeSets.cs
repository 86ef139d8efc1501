using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Watching;

/// <summary>Picks out of changes.</summary>
internal static class KeyChangeSets
{
    /// <summary>Those of the changes that are of a tenant's keys with a pattern.</summary>
    public static KeyChangeSet Of(this KeyChangeSet set, Tenant tenant, KeyPattern pattern) => set with
    {
        Changes = [.. set.Changes.Where(change => change.Tenant == tenant && pattern.Matches(change.Key.Value))],
    };
}
