using Kv.Application.Watching;
using Kv.Domain.Deliveries;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The deliveries of one webhook. A lane delays no other lane. When more deliveries wait than it keeps in memory, it
/// stores the rest and reads them again later. It also stores a delivery that has waited for a while, so that the
/// leader's cursor advances.
/// </summary>
internal sealed class Lane : IAsyncDisposable
{
    private readonly Webhook _webhook;
    private readonly LaneServices _services;
    private readonly LaneQueue _queue;
    private readonly LaneBacklog _backlog;
    private readonly LanePump _pump;
    private readonly LaneLoader _loader;

    /// <param name="mayHaveStored">Whether the store may have deliveries for it from earlier terms.</param>
    public Lane(Webhook webhook, bool mayHaveStored, LaneServices services)
    {
        _webhook = webhook;
        _services = services;
        _queue = new LaneQueue(services, mayHaveStored);
        _backlog = new LaneBacklog(webhook, mayHaveStored, services);
        _pump = new LanePump(webhook, _queue, _backlog, services, Continue);
        _loader = new LaneLoader(webhook, _queue, services, Continue);
        _loader.Load();
    }

    /// <inheritdoc cref="LaneQueue.Waiting"/>
    public (int Count, long? Oldest, bool MoreStored) Waiting => _queue.Waiting;

    /// <summary>
    /// Adds a change that the webhook matches. Completes at once, unless far too many deliveries are on their way to
    /// the store.
    /// </summary>
    public async ValueTask Enqueue(KeyChanged change, IOpenRevision revision)
    {
        var item = new LaneItem(
            DeliveryId.For(_webhook.Id, change.Revision, change.Key.Value), DeliveryEvent.From(change), revision,
            _services.Time.GetTimestamp());
        if (_queue.Add(item))
        {
            await _services.StoringRoom.WaitAsync(_services.TermOver);
            _ = StoreInRoom(item);
        }
        _pump.Run();
    }

    /// <summary>Applies a change of the webhook.</summary>
    public void Update(Webhook webhook)
    {
        _pump.Update(webhook);
        // The deliveries of a disabled webhook are given up now.
        if (!webhook.IsActive)
            _queue.MakeAllDue();
        _pump.Run();
    }

    /// <inheritdoc cref="LaneWorker.RestoreStreak"/>
    public void RestoreStreak(FailureStreak streak) => _pump.RestoreStreak(streak);

    /// <summary>
    /// Reads what is stored for the webhook: another replica has stored deliveries, or made them due.
    /// </summary>
    public void Reload()
    {
        _backlog.Changed(isMore: true);
        _queue.RequestPass();
        _loader.Load();
    }

    /// <summary>
    /// Stores deliveries that have waited since before a moment, so that the leader's cursor can advance.
    /// </summary>
    public void StoreOlderThan(long timestamp)
    {
        foreach (var item in _queue.TakeOlderThan(timestamp))
            _ = Store(item);
        _backlog.RecordDropped();
        // The feed may have reached a revision for which a delivery waited.
        _pump.Run();
    }

    /// <summary>Completes when no attempt is in flight. The caller must prevent new attempts.</summary>
    public Task WhenIdle() => _pump.WhenIdle();

    /// <summary>
    /// Drops all deliveries from memory and cancels the attempts in flight. The caller removes stored deliveries.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _pump.Cancel();
        await _pump.WhenIdle();
        _pump.Dispose();
        _backlog.Dispose();
    }

    private void Continue()
    {
        _pump.Run();
        _loader.Load();
    }

    private async Task StoreInRoom(LaneItem item)
    {
        await Store(item);
        _services.StoringRoom.Release();
        Continue();
    }

    // While an attempt is in flight, the delivery stays: the outcome decides.
    private void Drop(LaneItem item)
    {
        if (_queue.TryDrop(item))
            _backlog.Drop(item);
        else
            _queue.MarkUnstored(item);
    }

    private async Task Store(LaneItem item)
    {
        if (item.Event is not { } @event || item.TryBeginStoring() is not { } stored)
            return;
        try
        {
            if (!await _backlog.TryAdd(@event))
            {
                Drop(item);
                stored.SetResult(false);
                return;
            }
            await _services.Store.SaveWhole(
                Delivery.Due(item.Id, _webhook.Tenant, @event, _services.Time.GetUtcNow()), @event);
            _queue.MarkStored(item);
            stored.SetResult(true);
        }
        catch (OperationCanceledException)
        {
            // The term has ended, and the next leader reads the change again.
            stored.SetCanceled(CancellationToken.None);
        }
        catch (Exception error)
        {
            _services.Telemetry.LogCannotStore(item.Id, error.Message);
            _queue.MarkUnstored(item);
            stored.SetResult(false);
        }
    }
}
