namespace Kv.Infrastructure.Changes;

/// <summary>
/// Indexes items by their tenants and key patterns. A match of a key takes one lookup for the key and one for each
/// distinct length of its tenant's prefixes, however many items there are. It is not thread-safe.
/// </summary>
internal sealed class PatternIndex<T>
    where T : class
{
    private readonly Dictionary<Tenant, TenantPatterns> _tenants = [];

    public void Add(Tenant tenant, KeyPattern pattern, T item)
    {
        if (!_tenants.TryGetValue(tenant, out var patterns))
            _tenants.Add(tenant, patterns = new TenantPatterns());
        patterns.Add(pattern, item);
    }

    public void Remove(Tenant tenant, KeyPattern pattern, T item)
    {
        if (_tenants.TryGetValue(tenant, out var patterns) && patterns.Remove(pattern, item))
            _tenants.Remove(tenant);
    }

    /// <summary>Adds to a list the items that match a key.</summary>
    public void Match(Tenant tenant, string key, List<T> matches)
    {
        if (_tenants.TryGetValue(tenant, out var patterns))
            patterns.Match(key, matches);
    }

    private sealed class TenantPatterns
    {
        private readonly Dictionary<string, List<T>> _exact = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<T>> _prefixes = new(StringComparer.Ordinal);
        private int[]? _lengths;

        public void Add(KeyPattern pattern, T item)
        {
            var index = pattern.IsPrefix ? _prefixes : _exact;
            if (!index.TryGetValue(pattern.KeyOrPrefix, out var same))
            {
                index.Add(pattern.KeyOrPrefix, same = []);
                _lengths = null;
            }
            same.Add(item);
        }

        /// <summary>Returns whether the tenant has no items left.</summary>
        public bool Remove(KeyPattern pattern, T item)
        {
            var index = pattern.IsPrefix ? _prefixes : _exact;
            if (index.TryGetValue(pattern.KeyOrPrefix, out var same) && same.Remove(item) && same.Count == 0)
            {
                index.Remove(pattern.KeyOrPrefix);
                _lengths = null;
            }
            return _exact.Count == 0 && _prefixes.Count == 0;
        }

        public void Match(string key, List<T> matches)
        {
            if (_exact.TryGetValue(key, out var exact))
                matches.AddRange(exact);
            _lengths ??= [.. _prefixes.Keys.Select(prefix => prefix.Length).Distinct().Order()];
            var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (var length in _lengths)
            {
                if (length > key.Length)
                    break;
                if (prefixes.TryGetValue(key.AsSpan(0, length), out var same))
                    matches.AddRange(same);
            }
        }
    }
}
