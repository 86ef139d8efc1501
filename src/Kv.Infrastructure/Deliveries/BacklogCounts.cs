using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// How much is stored for a webhook, for its replays. A count reads every stored delivery, so there is one at a time,
/// and replays of a webhook share one for some seconds.
/// </summary>
internal sealed class BacklogCounts(DeliveryReads reads, TimeProvider time) : IDisposable
{
    private const int MaxWebhooks = 1_000;
    private static readonly TimeSpan Shared = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<Guid, Counted> _counts = [];

    public async Task<(long Count, long Bytes)> Of(Webhook webhook, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_counts.TryGetValue(webhook.Id, out var known) && time.GetElapsedTime(known.At) < Shared)
                return (known.Count, known.Bytes);
            var (count, bytes) = await reads.Kept(webhook.Tenant, webhook.Id, cancellationToken);
            if (_counts.Count == MaxWebhooks)
                _counts.Clear();
            _counts[webhook.Id] = new Counted(time.GetTimestamp(), count, bytes);
            return (count, bytes);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Adds what a replay has stored.</summary>
    public async Task Add(Webhook webhook, long count, long bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        if (_counts.TryGetValue(webhook.Id, out var known))
            _counts[webhook.Id] = known with { Count = known.Count + count, Bytes = known.Bytes + bytes };
        _turn.Release();
    }

    public void Dispose() => _turn.Dispose();

    private sealed record Counted(long At, long Count, long Bytes);
}
