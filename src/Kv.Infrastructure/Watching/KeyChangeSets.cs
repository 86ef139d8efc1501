using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <summary>Filters changes.</summary>
internal static class KeyChangeSets
{
    /// <summary>The changes of a tenant's keys that match a pattern.</summary>
    public static KeyChangeSet Of(this KeyChangeSet set, Tenant tenant, KeyPattern pattern) => set with
    {
        Changes = [.. set.Changes.Where(change => change.Tenant == tenant && pattern.Matches(change.Key.Value))],
    };
}
