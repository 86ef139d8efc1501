using Kv.Application.Watching;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The deliveries of one webhook. A lane delays no other lane. When more deliveries wait than it keeps in memory, it
/// stores the rest and reads them again later. It also stores a delivery that has waited for a while, so that the
/// leader's cursor advances.
/// </summary>
internal sealed class Lane(
    Webhook webhook, LaneQueue queue, LaneBacklog backlog, LaneStorage storage, LanePump pump, LaneLoader loader,
    LaneLimits limits, Lead lead)
    : IAsyncDisposable
{
    /// <inheritdoc cref="LaneQueue.Waiting"/>
    public (int Count, long? Oldest, bool MoreStored) Waiting => queue.Waiting;

    /// <summary>
    /// Adds a change that the webhook matches. Completes at once, unless far too many deliveries are on their way to
    /// the store.
    /// </summary>
    /// <param name="queuedAt">The timestamp of now.</param>
    public async ValueTask Enqueue(KeyChanged change, IOpenRevision revision, long queuedAt)
    {
        var item = new LaneItem(
            DeliveryId.For(webhook.Id, change.Revision, change.Key.Value), DeliveryEvent.From(change), revision,
            queuedAt);
        if (queue.Add(item))
        {
            await limits.Storing.WaitAsync(lead.Over);
            _ = StoreInRoom(item);
        }
        pump.Run();
    }

    /// <summary>Applies a change of the webhook.</summary>
    public void Update(Webhook webhook)
    {
        pump.Update(webhook);
        // The deliveries of a disabled webhook are given up now.
        if (!webhook.IsActive)
            queue.MakeAllDue();
        pump.Run();
    }

    /// <summary>
    /// Reads what is stored for the webhook: another replica has stored deliveries, or made them due.
    /// </summary>
    public void Reload()
    {
        backlog.Changed(isMore: true);
        queue.RequestPass();
        loader.Load();
    }

    /// <summary>
    /// Stores deliveries that have waited since before a moment, so that the leader's cursor can advance.
    /// </summary>
    public void StoreOlderThan(long timestamp)
    {
        foreach (var item in queue.TakeOlderThan(timestamp))
            _ = storage.Store(item);
        backlog.RecordDropped();
        // The feed may have reached a revision for which a delivery waited.
        pump.Run();
    }

    /// <inheritdoc cref="LaneQueue.Drain"/>
    public void Drain() => queue.Drain();

    /// <inheritdoc cref="LanePump.Cancel"/>
    public Task CancelAttempts() => pump.Cancel();

    /// <summary>Completes when no attempt is in flight. The caller must prevent new attempts.</summary>
    public Task WhenIdle() => pump.WhenIdle();

    /// <summary>
    /// Drops all deliveries from memory and cancels the attempts in flight. The caller removes stored deliveries.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        queue.Close();
        await pump.Cancel();
        await pump.WhenIdle();
        pump.Dispose();
        backlog.Dispose();
    }

    private async Task StoreInRoom(LaneItem item)
    {
        await storage.Store(item);
        limits.Storing.Release();
        pump.Run();
        loader.Load();
    }
}
