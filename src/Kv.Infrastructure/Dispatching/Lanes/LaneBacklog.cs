using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// Limits the stored deliveries of one webhook, pending and failed. A delivery without room is dropped, and the webhook
/// records it; the delivery's revision is held until then. The earliest deliveries are kept, so their order does not
/// change.
/// </summary>
internal sealed class LaneBacklog(
    Webhook webhook, bool mayHaveStored, DeliveryStore store, LaneLimits limits, WebhookOutcomes outcomes,
    DeliveryOptions options, DeliveryTelemetry telemetry, TimeProvider time)
    : IDisposable
{
    // A count reads all stored deliveries.
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);

    // Failed deliveries expire on the hour.
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RecordInterval = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private List<LaneItem> _dropped = [];
    private DateTimeOffset _droppedSince;
    private long _recordedAt;
    private bool _isRecording;
    private volatile bool _mayHaveShrunk;

    // 0: the deliveries of earlier terms are not counted yet.
    private long _countedAt = mayHaveStored ? 0 : time.GetTimestamp();
    private long _count;
    private long _bytes;

    /// <summary>Reserves room for a delivery that is to be stored.</summary>
    /// <returns>Whether there is room for it.</returns>
    public async ValueTask<bool> TryAdd(DeliveryEvent @event)
    {
        var bytes = @event.Value?.Length ?? 0;
        if (store.IsOverQuota(webhook.Tenant, bytes))
            return false;
        await _turn.WaitAsync();
        try
        {
            var pause = _mayHaveShrunk ? CountInterval : ExpiryInterval;
            if (_countedAt == 0 || (!HasRoom(bytes) && time.GetElapsedTime(_countedAt) > pause))
                await Count();
            if (!HasRoom(bytes))
                return false;
            (_count, _bytes) = (_count + 1, _bytes + bytes);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Notes that a stored delivery was completed, or that another replica has stored more.</summary>
    public void Changed(bool isMore = false)
    {
        _mayHaveShrunk = true;
        if (isMore)
            _countedAt = 0;
    }

    /// <summary>Drops a delivery for which there is no room.</summary>
    public void Drop(LaneItem item)
    {
        limits.Release(item.Bytes);
        item.ReleaseEvent();
        lock (_gate)
        {
            if (_droppedSince == default)
            {
                _droppedSince = time.GetUtcNow();
                telemetry.LogDropping(webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName);
            }
            _dropped.Add(item);
        }
        telemetry.Dropped();
    }

    /// <summary>Records the dropped deliveries in the webhook, if it is time.</summary>
    public void RecordDropped()
    {
        lock (_gate)
        {
            if (_isRecording || _dropped.Count == 0
                || (_recordedAt != 0 && time.GetElapsedTime(_recordedAt) < RecordInterval))
                return;
            (_isRecording, _recordedAt) = (true, time.GetTimestamp());
        }
        _ = Record();
    }

    public void Dispose() => _turn.Dispose();

    private bool HasRoom(int bytes) =>
        _count < options.BacklogDeliveries && (_count == 0 || _bytes + bytes <= options.BacklogBytes);

    private async Task Record()
    {
        List<LaneItem> dropped;
        lock (_gate)
            (dropped, _dropped) = (_dropped, []);
        try
        {
            if (await outcomes.RecordDropped(webhook, dropped.Count, _droppedSince))
            {
                dropped.ForEach(item => item.Settle());
                dropped = [];
            }
        }
        catch (OperationCanceledException)
        {
            // The term has ended: the next leader reads these changes again.
        }
        lock (_gate)
        {
            _dropped.AddRange(dropped);
            _isRecording = false;
        }
    }

    private async Task Count()
    {
        (_countedAt, _mayHaveShrunk) = (time.GetTimestamp(), false);
        try
        {
            (_count, _bytes) = await store.CountStored(webhook);
        }
        catch
        {
            // Without this count, the deliveries of earlier terms would never count.
            _countedAt = 0;
            throw;
        }
    }
}
