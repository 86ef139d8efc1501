using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// The room for replays: how much is stored for a webhook, and how much may be. A count reads every stored delivery, so
/// one runs at a time, and the replays of a webhook share a count for some seconds.
/// </summary>
internal sealed class ReplayRoom(
    DeliveryReads reads, DeliveryOptions options, TimeProvider time, ITenantUsages? usages = null) : IDisposable
{
    private const int MaxWebhooks = 1_000;
    private static readonly TimeSpan Shared = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<Guid, Counted> _counts = [];

    /// <summary>Counts what is stored for a webhook.</summary>
    public async Task<(long Count, long Bytes)> Count(Webhook webhook, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_counts.TryGetValue(webhook.Id, out var known) && time.GetElapsedTime(known.At) < Shared)
                return (known.Count, known.Bytes);
            var (count, bytes) = await reads.CountStored(webhook.Tenant, webhook.Id, cancellationToken);
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

    /// <summary>
    /// Whether a webhook with this backlog, or its tenant, has no room for another delivery. A single one always fits.
    /// </summary>
    public bool IsFull(Tenant tenant, long count, long bytes) =>
        count >= options.BacklogDeliveries || (count > 0 && bytes >= options.BacklogBytes)
        || usages.IsFull(tenant, growth: 1);

    public void Dispose() => _turn.Dispose();

    private sealed record Counted(long At, long Count, long Bytes);
}
