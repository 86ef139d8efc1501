using Kv.Application.Watching;
using Kv.Domain.Watching;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The webhooks at the revision that the feed has reached, in one term of the leader, and a lane for each that has
/// deliveries.
/// </summary>
internal sealed class WebhookLanes(
    WebhookRegistry registry, LaneFactory factory, DeliveryStore store, AcceptedLog accepted, TimeProvider time)
{
    private static readonly TimeSpan StoringInterval = TimeSpan.FromMilliseconds(500);

    // A delivery that is neither sent nor stored for longer holds the cursor, and all later deliveries are sent again
    // after a failover.
    private static readonly TimeSpan StoreAfter = TimeSpan.FromSeconds(2);

    // Only the feed changes the registry; other threads read it under the lock.
    private readonly Lock _gate = new();
    private readonly Dictionary<(Tenant, Guid), Lane> _lanes = [];

    // The stored state of webhooks that have no lane yet.
    private readonly HashSet<(Tenant, Guid)> _stored = [];
    private readonly Dictionary<(Tenant, Guid), FailureStreak> _streaks = [];
    private readonly List<Webhook> _matches = [];
    private bool _isStoredKnown;

    /// <summary>Whether there is no webhook.</summary>
    public bool IsIdle => registry.IsEmpty;

    /// <summary>The number of webhooks, and of disabled ones.</summary>
    public (int All, int Disabled) Webhooks => (registry.Count, registry.Disabled);

    /// <inheritdoc cref="IDeliveryBacklog.Current"/>
    public DeliveryBacklog Backlog()
    {
        bool isAwaited;
        lock (_gate)
            isAwaited = !_isStoredKnown || _stored.Count > 0;
        var waiting = All().Select(lane => lane.Waiting).ToList();
        return new DeliveryBacklog(
            waiting.Sum(lane => lane.Count),
            waiting.Min(lane => lane.Oldest) is { } seen ? DateTimeOffset.FromUnixTimeSeconds(seen) : null,
            isAwaited || waiting.Exists(lane => lane.MoreStored));
    }

    /// <summary>Adds a change to the lane of each webhook that matches it.</summary>
    public async ValueTask Dispatch(KeyChanged change, IOpenRevision revision)
    {
        accepted.CountChange();
        var queuedAt = time.GetTimestamp();
        _matches.Clear();
        registry.Match(change, _matches);
        foreach (var webhook in _matches)
            await LaneOf(webhook).Enqueue(change, revision, queuedAt);
    }

    /// <summary>Sets the stored state of webhooks, before any webhook is set.</summary>
    /// <param name="stored">The webhooks with stored deliveries.</param>
    /// <param name="streaks">The webhooks that have only failed.</param>
    public void Expect(
        IEnumerable<(Tenant Tenant, Guid Id)> stored,
        IEnumerable<(Tenant Tenant, Guid Id, FailureStreak Streak)> streaks)
    {
        lock (_gate)
        {
            _isStoredKnown = true;
            _stored.UnionWith(stored);
            foreach (var (tenant, id, streak) in streaks)
                _streaks[(tenant, id)] = streak;
        }
    }

    /// <summary>The webhooks that have stored deliveries and are not set.</summary>
    public IReadOnlyList<(Tenant Tenant, Guid Id)> Expected
    {
        get
        {
            lock (_gate)
                return [.. _stored];
        }
    }

    /// <summary>Adds or replaces a webhook.</summary>
    public void Set(Webhook webhook)
    {
        lock (_gate)
        {
            registry.Set(webhook);
            if (_lanes.TryGetValue((webhook.Tenant, webhook.Id), out var lane))
                lane.Update(webhook);
            else if (_stored.Contains((webhook.Tenant, webhook.Id)))
                LaneOf(webhook);
        }
    }

    /// <summary>Removes a webhook that was deleted, and all deliveries for it.</summary>
    public async Task Remove(Tenant tenant, Guid id)
    {
        Lane? lane;
        lock (_gate)
        {
            registry.Remove(tenant, id);
            _stored.Remove((tenant, id));
            _streaks.Remove((tenant, id));
            _lanes.Remove((tenant, id), out lane);
        }
        if (lane is not null)
            await lane.DisposeAsync();
        accepted.Remove(tenant, id);
        await store.RemoveAll(tenant, id);
    }

    /// <summary>Removes every webhook except the given ones.</summary>
    public async Task RemoveOthers(IReadOnlySet<(Tenant, Guid)> kept)
    {
        foreach (var gone in registry.All.Where(webhook => !kept.Contains((webhook.Tenant, webhook.Id))).ToList())
            await Remove(gone.Tenant, gone.Id);
    }

    /// <summary>Reads the stored deliveries of a webhook: another replica has stored more, or made some due.</summary>
    public void Reload(Tenant tenant, Guid id)
    {
        lock (_gate)
        {
            if (_lanes.TryGetValue((tenant, id), out var lane))
            {
                lane.Reload();
                return;
            }
            _stored.Add((tenant, id));
            if (registry.Find(tenant, id) is { } webhook)
                LaneOf(webhook);
        }
    }

    /// <summary>Stores deliveries that have waited too long, until it is cancelled.</summary>
    public async Task StoreWaiting(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(StoringInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var since = time.TimestampIn(-StoreAfter);
            foreach (var lane in All())
                lane.StoreOlderThan(since);
        }
    }

    /// <summary>
    /// Prevents further attempts, and gives those in flight time to end and to write their outcomes.
    /// </summary>
    public async Task Drain(TimeSpan patience)
    {
        All().ForEach(lane => lane.Drain());
        await Idle(patience);
        await Task.WhenAll(All().Select(lane => lane.CancelAttempts()));
        await Idle(patience);
    }

    /// <summary>Drops all deliveries from memory.</summary>
    public Task Close() => Task.WhenAll(All().Select(lane => lane.DisposeAsync().AsTask()));

    private async Task Idle(TimeSpan patience) =>
        await Task.WhenAll(All().Select(lane => lane.WhenIdle())).WaitAsync(patience, time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Lane LaneOf(Webhook webhook)
    {
        lock (_gate)
        {
            var key = (webhook.Tenant, webhook.Id);
            if (_lanes.TryGetValue(key, out var lane))
                return lane;
            _streaks.Remove(key, out var streak);
            lane = factory.Create(webhook, mayHaveStored: _stored.Remove(key), streak);
            _lanes.Add(key, lane);
            return lane;
        }
    }

    private List<Lane> All()
    {
        lock (_gate)
            return [.. _lanes.Values];
    }
}
