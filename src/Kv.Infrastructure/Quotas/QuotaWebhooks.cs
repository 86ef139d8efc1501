using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Infrastructure.Idempotency;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// The webhooks, with quotas. Their number has a limit of its own, so only the records of idempotent registrations
/// count.
/// </summary>
internal sealed class QuotaWebhooks(
    IWebhookRepository inner, UsageTotals totals, QuotaGuard guard, IStore store, IdempotencyRecords records)
    : IWebhookRepository
{
    // The id of the webhook.
    private const int AnswerBytes = 16;

    /// <exception cref="QuotaExceededException">The tenant would exceed its quota.</exception>
    public async Task<AddedWebhook> Add(
        Webhook webhook, int limit, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        if (request is null)
            return await inner.Add(webhook, limit, request, cancellationToken);
        var tenant = webhook.Tenant;
        var growth = IdempotencyRecords.UsageOf(request, AnswerBytes);
        if (!totals.TryReserve(tenant, growth, out var reservation, request))
            reservation = await guard.Admit(tenant, request, Look, cancellationToken);
        var added = default(AddedWebhook);
        try
        {
            return added = await inner.Add(webhook, limit, request, cancellationToken);
        }
        finally
        {
            totals.Confirm(reservation, added.Revision);
        }

        async Task<WriteGrowth?> Look(CancellationToken cancel)
        {
            var (entry, revision) = await store.Get(
                records.Place(tenant, request), ReadConsistency.Linearizable, cancel);
            return entry is null ? new WriteGrowth(growth, revision) : null;
        }
    }

    public Task<Webhook?> Get(Tenant tenant, Guid id, CancellationToken cancellationToken) =>
        inner.Get(tenant, id, cancellationToken);

    public Task<IReadOnlyList<Webhook>> List(Tenant tenant, CancellationToken cancellationToken) =>
        inner.List(tenant, cancellationToken);

    public IAsyncEnumerable<Webhook> ListAll(CancellationToken cancellationToken) => inner.ListAll(cancellationToken);

    public Task<bool> Update(Webhook webhook, CancellationToken cancellationToken) =>
        inner.Update(webhook, cancellationToken);

    public Task Delete(Tenant tenant, Guid id, CancellationToken cancellationToken) =>
        inner.Delete(tenant, id, cancellationToken);
}
