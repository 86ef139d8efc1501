using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>The tenants' keys at every revision, from the store's own history.</summary>
internal sealed class StoreTimeline
{
    private static readonly IReadOnlyList<KeyVersion> None = [];

    private readonly Dictionary<KeyName, List<KeyVersion>> _versions = [];

    public StoreTimeline(IEnumerable<StoredChange> changes)
    {
        foreach (var change in changes.Where(change => change.Space == "kv").OrderBy(change => change.Revision))
        {
            var name = new KeyName(change.Tenant, change.Key);
            if (!_versions.TryGetValue(name, out var versions))
                _versions[name] = versions = [];
            var before = versions is [.., { IsRemoved: false } last] ? last : null;
            // The removal of an absent key is no change.
            if (change.IsRemoved && before is null)
                continue;
            var version = new KeyVersion(
                name, change.Revision, change.IsRemoved ? null : change.Value ?? "", change.ExpireAt, before);
            versions.Add(version);
            InOrder.Add(version);
        }
    }

    /// <summary>All changes of keys, in the order of their revisions.</summary>
    public List<KeyVersion> InOrder { get; } = [];

    public IEnumerable<KeyName> Keys => _versions.Keys;

    /// <summary>All changes of a key, in their order.</summary>
    public IReadOnlyList<KeyVersion> Of(KeyName name) =>
        _versions.TryGetValue(name, out var versions) ? versions : None;

    /// <summary>The key as it stood at a revision; null when there was none.</summary>
    public KeyVersion? At(KeyName name, long revision)
    {
        var versions = Of(name);
        var index = FirstAfter(versions, revision) - 1;
        return index < 0 || versions[index].IsRemoved ? null : versions[index];
    }

    /// <summary>The change that a revision made of a key; null when it made none.</summary>
    public KeyVersion? ChangeAt(KeyName name, long revision)
    {
        var versions = Of(name);
        var index = FirstAfter(versions, revision) - 1;
        return index >= 0 && versions[index].Revision == revision ? versions[index] : null;
    }

    /// <summary>The index of the first change behind a revision.</summary>
    public static int FirstAfter(IReadOnlyList<KeyVersion> versions, long revision)
    {
        var (low, high) = (0, versions.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (versions[middle].Revision <= revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
