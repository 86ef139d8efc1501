using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// Limits the stored deliveries of one webhook, pending and failed. A delivery without room is lost, and the loss is
/// recorded in the webhook; the delivery's revision is held until then. The earliest deliveries are kept, so their
/// order does not change.
/// </summary>
internal sealed class LaneBacklog(Webhook webhook, bool mayHaveStored, LaneServices services) : IDisposable
{
    // A count reads all stored deliveries.
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(5);

    // Failed deliveries expire on the hour.
    private static readonly TimeSpan BetweenExpiries = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private List<LaneItem> _lost = [];
    private DateTimeOffset _lostSince;
    private long _notedAt;
    private bool _isNoting;
    private volatile bool _mayBeLess;

    // 0: the deliveries of earlier terms are not counted yet.
    private long _countedAt = mayHaveStored ? 0 : services.Time.GetTimestamp();
    private long _count;
    private long _bytes;

    /// <summary>Reserves room for a delivery that is to be stored.</summary>
    /// <returns>Whether there is room for it.</returns>
    public async ValueTask<bool> TryAdd(DeliveryEvent @event)
    {
        var bytes = @event.Value?.Length ?? 0;
        if (services.IsOverQuota(webhook.Tenant, bytes))
            return false;
        await _turn.WaitAsync(services.TermOver);
        try
        {
            var pause = _mayBeLess ? BetweenCounts : BetweenExpiries;
            if (_countedAt == 0 || (!HasRoom(bytes) && services.Time.GetElapsedTime(_countedAt) > pause))
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
        _mayBeLess = true;
        if (isMore)
            _countedAt = 0;
    }

    /// <summary>Loses a delivery for which there is no room.</summary>
    public void Lose(LaneItem item)
    {
        services.Memory.LetGo(item.Bytes);
        item.LetEventGo();
        lock (_gate)
        {
            if (_lostSince == default)
            {
                _lostSince = services.Time.GetUtcNow();
                services.Telemetry.Loses(webhook);
            }
            _lost.Add(item);
        }
        services.Telemetry.WasLost();
    }

    /// <summary>Records the lost deliveries, if it is time.</summary>
    public void Note()
    {
        lock (_gate)
        {
            if (_isNoting || _lost.Count == 0
                || (_notedAt != 0 && services.Time.GetElapsedTime(_notedAt) < BetweenNotes))
                return;
            (_isNoting, _notedAt) = (true, services.Time.GetTimestamp());
        }
        _ = NoteLost();
    }

    public void Dispose() => _turn.Dispose();

    private bool HasRoom(int bytes) =>
        _count < services.Options.BacklogDeliveries && (_count == 0 || _bytes + bytes <= services.Options.BacklogBytes);

    private async Task NoteLost()
    {
        List<LaneItem> lost;
        lock (_gate)
            (lost, _lost) = (_lost, []);
        try
        {
            if (await services.Lose(webhook, lost.Count, _lostSince))
            {
                lost.ForEach(item => item.Settle());
                lost = [];
            }
        }
        catch (OperationCanceledException)
        {
            // The term has ended: the next leader reads these changes again.
        }
        lock (_gate)
        {
            _lost.AddRange(lost);
            _isNoting = false;
        }
    }

    private async Task Count()
    {
        (_countedAt, _mayBeLess) = (services.Time.GetTimestamp(), false);
        try
        {
            (_count, _bytes) = await services.Store.Kept(webhook, services.TermOver);
        }
        catch
        {
            // Otherwise what earlier terms have stored would never count.
            _countedAt = 0;
            throw;
        }
    }
}
