using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Finds the watches of a change. The watches of one tenant and pattern form a topic and share their changes, however
/// many they are. It is not thread-safe.
/// </summary>
internal sealed class WatchTopics
{
    private readonly Dictionary<(Tenant, KeyPattern), Topic> _topics = [];
    private readonly PatternIndex<Topic> _index = new();
    private readonly List<Topic> _found = [];
    private readonly List<Topic> _concerned = [];

    public void Add(WatchSubscription watch)
    {
        if (!_topics.TryGetValue((watch.Tenant, watch.Pattern), out var topic))
        {
            _topics.Add((watch.Tenant, watch.Pattern), topic = new Topic());
            _index.Add(watch.Tenant, watch.Pattern, topic);
        }
        topic.Watches.Add(watch);
    }

    public void Remove(WatchSubscription watch)
    {
        var name = (watch.Tenant, watch.Pattern);
        if (!_topics.TryGetValue(name, out var topic) || !topic.Watches.Remove(watch) || topic.Watches.Count > 0)
            return;
        _topics.Remove(name);
        _index.Remove(watch.Tenant, watch.Pattern, topic);
    }

    /// <summary>Assigns the changes at one revision to the watches that they concern.</summary>
    public List<(WatchSubscription[] Watches, KeyChangeSet Share)> Shares(KeyChangeSet set)
    {
        foreach (var change in set.Changes)
        {
            _index.Match(change.Tenant, change.Key.Value, _found);
            foreach (var topic in _found)
            {
                if (topic.Share.Count == 0)
                    _concerned.Add(topic);
                topic.Share.Add(change);
            }
            _found.Clear();
        }
        var shares = new List<(WatchSubscription[], KeyChangeSet)>();
        foreach (var topic in _concerned)
        {
            var share = set with { Changes = topic.Share };
            topic.Share = [];
            shares.Add(([.. topic.Watches], share));
        }
        _concerned.Clear();
        return shares;
    }

    private sealed class Topic
    {
        public HashSet<WatchSubscription> Watches { get; } = [];

        /// <summary>The topic's share of the changes that are being assigned.</summary>
        public List<KeyChanged> Share { get; set; } = [];
    }
}
