using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Reads a page of a webhook's deliveries in revision order, or its last accepted ones, the latest first. The result is
/// null when the webhook does not exist.
/// </summary>
/// <param name="Status">"pending", "failed" or "delivered".</param>
/// <param name="Cursor">
/// The cursor of the previous page; null for the first page. Accepted deliveries fit on one page.
/// </param>
public sealed record ListDeliveries(
    string Namespace, string AppName, string WebhookId, string Status, string? Cursor, int Limit)
    : IRequest<DeliveryPage?>, IWebhookOwnerRequest;

/// <summary>A page of deliveries.</summary>
/// <param name="Cursor">The cursor of the next page; null on the last page.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliveryDto> Items, string? Cursor);

internal sealed class ListDeliveriesValidator : AbstractValidator<ListDeliveries>
{
    private const int MaxLimit = 100;

    public ListDeliveriesValidator(Limits limits)
    {
        RuleFor(request => request.Status)
            .Must(status => status
                is DeliveryProfile.Pending or DeliveryProfile.Failed or DeliveryProfile.Delivered)
            .WithMessage(
                $"Status must be one of: {DeliveryProfile.Pending}, {DeliveryProfile.Failed}, "
                + $"{DeliveryProfile.Delivered}");
        RuleFor(request => request.Cursor)
            .Must((request, cursor) => cursor is null || IsOf(request.WebhookId, cursor))
            .WithMessage("Cursor must be the cursor of a page of this webhook's deliveries")
            .Must((request, cursor) => cursor is null || request.Status != DeliveryProfile.Delivered)
            .WithMessage("Cursor must be absent: delivered deliveries have one page");
        RuleFor(request => request.Limit).PageLimit(MaxLimit);
        this.RuleForTenant(limits);
    }

    private static bool IsOf(string webhookId, string cursor) =>
        DeliveryId.TryParse(cursor) is { } last && Guid.TryParseExact(webhookId, "D", out var id)
        && last.WebhookId == id;
}

internal sealed class ListDeliveriesHandler(IWebhookRepository webhooks, IDeliveryReads deliveries, IMapper mapper)
    : IRequestHandler<ListDeliveries, DeliveryPage?>
{
    public async Task<DeliveryPage?> Handle(ListDeliveries request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        if (await webhooks.Find(tenant, request.WebhookId, cancellationToken) is not { } webhook)
            return null;
        if (request.Status == DeliveryProfile.Delivered)
        {
            var accepted = await deliveries.ListAccepted(tenant, webhook.Id, cancellationToken);
            return new DeliveryPage([.. accepted.Take(request.Limit).Select(mapper.Map<DeliveryDto>)], Cursor: null);
        }
        var status = request.Status == DeliveryProfile.Pending ? DeliveryStatus.Pending : DeliveryStatus.Failed;
        var after = request.Cursor is null ? null : DeliveryId.TryParse(request.Cursor);
        var (found, hasMore) = await deliveries.List(
            tenant, webhook.Id, status, after, request.Limit, cancellationToken);
        return new DeliveryPage(
            [.. found.Select(mapper.Map<DeliveryDto>)], hasMore && found.Count > 0 ? found[^1].Id.ToString() : null);
    }
}
