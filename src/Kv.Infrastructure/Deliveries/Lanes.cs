using System.Collections.Concurrent;
using Kv.Domain.Deliveries;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>The lanes of one term of the watcher: from its taking the lead to its giving it back.</summary>
internal sealed class Lanes(WebhookRegistry registry, SettledRevisions settled, LaneContext context)
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<(Tenant, Guid), Lane> _lanes = new();
    private readonly List<Webhook> _matches = [];

    /// <summary>Whether there is no webhook at all.</summary>
    public bool IsIdle => registry.IsEmpty;

    /// <summary>How many webhooks there are, and how many of them are disabled.</summary>
    public (int All, int Disabled) Webhooks => (registry.Count, registry.Disabled);

    /// <inheritdoc cref="IDeliveryBacklog.Current"/>
    public DeliveryBacklog Backlog()
    {
        var lanes = _lanes.Values.Select(lane => lane.Waiting).ToList();
        return new DeliveryBacklog(
            lanes.Sum(lane => lane.Count), lanes.Min(lane => lane.Oldest) is { } seen ? DateTimeOffset.FromUnixTimeSeconds(seen) : null);
    }

    /// <summary>Puts a change into the lane of each webhook that wants to be told of it. The watch's loop alone calls it.</summary>
    public async ValueTask Dispatch(KeyChanged change)
    {
        _matches.Clear();
        registry.Match(change, _matches);
        foreach (var webhook in _matches)
            await LaneOf(webhook).Enqueue(change, settled.Current);
    }

    /// <summary>Takes note of a webhook that is new, or was changed.</summary>
    public void Set(Webhook webhook)
    {
        registry.Set(webhook);
        if (_lanes.TryGetValue((webhook.Tenant, webhook.Id), out var lane))
            lane.Update(webhook);
    }

    /// <summary>Drops what goes to a webhook that was deleted.</summary>
    public Task Remove(Tenant tenant, Guid id)
    {
        registry.Remove(tenant, id);
        if (_lanes.TryRemove((tenant, id), out var lane))
            lane.Close();
        return context.Log.RemoveAll(tenant, id);
    }

    /// <summary>Drops what goes to every webhook but these.</summary>
    public async Task RemoveOthers(IReadOnlySet<(Tenant, Guid)> kept)
    {
        foreach (var gone in registry.All.Where(webhook => !kept.Contains((webhook.Tenant, webhook.Id))).ToList())
            await Remove(gone.Tenant, gone.Id);
    }

    /// <summary>Reads what is stored for a webhook.</summary>
    /// <returns>Whether there is such a webhook.</returns>
    public bool Load(Tenant tenant, Guid id)
    {
        if (registry.Find(tenant, id) is not { } webhook)
            return false;
        LaneOf(webhook).Load();
        return true;
    }

    /// <inheritdoc cref="LaneWorker.RestoreFailing"/>
    public void RestoreFailing(Tenant tenant, Guid id, DateTimeOffset since)
    {
        if (registry.Find(tenant, id) is { } webhook)
            LaneOf(webhook).RestoreFailing(since);
    }

    /// <inheritdoc cref="Lane.StoreOlderThan"/>
    public void StoreOlderThan(long timestamp)
    {
        foreach (var lane in _lanes.Values)
            lane.StoreOlderThan(timestamp);
    }

    /// <summary>Begins no further attempt, and gives those under way some time to come to their end.</summary>
    public async Task Drain(TimeSpan patience)
    {
        context.Stop();
        var start = context.Time.GetTimestamp();
        while (_lanes.Values.Any(lane => lane.IsRunning) && context.Time.GetElapsedTime(start) < patience)
            await Task.Delay(DrainPoll, context.Time);
        context.CutOff();
    }

    /// <summary>Drops everything from memory.</summary>
    public void Close()
    {
        context.Stop();
        context.CutOff();
        foreach (var lane in _lanes.Values)
            lane.Close();
    }

    private Lane LaneOf(Webhook webhook) =>
        _lanes.TryGetValue((webhook.Tenant, webhook.Id), out var lane)
            ? lane
            : _lanes.GetOrAdd((webhook.Tenant, webhook.Id), static (_, made) => new Lane(made.webhook, made.context), (webhook, context));
}
