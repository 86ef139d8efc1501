using Kv.Application.KeyValues;
using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Explains whether the last change of a key has arrived at a webhook, and why not. The result is null when the webhook
/// does not exist.
/// </summary>
public sealed record ExplainDelivery(string Namespace, string AppName, string WebhookId, string Key)
    : IRequest<DeliveryExplanation?>, IWebhookOwnerRequest;

/// <summary>The explanation of the delivery of a key's last change.</summary>
/// <param name="Finding">The verdict with its explanation.</param>
/// <param name="Change">The last change of the key; null when the store keeps none.</param>
/// <param name="Delivery">The delivery of the change, if it is stored or among the last accepted ones.</param>
/// <param name="HeldBy">The earlier delivery of the key that is sent first; null without one.</param>
/// <param name="Cursor">
/// The revision up to which the leader has sent or stored every delivery; null before the first leader has saved it.
/// </param>
public sealed record DeliveryExplanation(
    DeliveryFinding Finding, ExplainedChange? Change, DeliveryDto? Delivery, DeliveryDto? HeldBy, long? Cursor);

/// <summary>The last change of a key.</summary>
/// <param name="Event">The event: create, update, delete or expire.</param>
/// <param name="At">When Kv read it, if its delivery is stored.</param>
public sealed record ExplainedChange(long Revision, string Event, DateTimeOffset? At);

internal sealed class ExplainDeliveryValidator : AbstractValidator<ExplainDelivery>
{
    public ExplainDeliveryValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class ExplainDeliveryHandler(
    IWebhookRepository webhooks, IDeliveryReads deliveries, IKeyValueHistory history, IWebhookTargets targets,
    IMapper mapper)
    : IRequestHandler<ExplainDelivery, DeliveryExplanation?>
{
    public async Task<DeliveryExplanation?> Handle(ExplainDelivery request, CancellationToken cancellationToken)
    {
        var (tenant, key) = (request.Tenant(), Key.Parse(request.Key));
        if (await webhooks.Find(tenant, request.WebhookId, cancellationToken) is not { } webhook)
            return null;
        var past = await history.Read(tenant, key, before: null, limit: 1, cancellationToken);
        if (past.Changes is not [var change])
            return new DeliveryExplanation(DeliveryFinding.OfNoChange(past), null, null, null, null);
        var id = DeliveryId.For(webhook.Id, change.Revision, key.Value);
        var trail = await deliveries.Trail(tenant, id, cancellationToken);
        var isOpen = trail is { Stored: null, Accepted: null };
        var finding = DeliveryFinding.From(
            webhook, key, change, trail,
            isSameValue: isOpen && await IsSameValue(webhook, key, change, cancellationToken),
            refusal: isOpen ? await targets.Refusal(webhook.Settings.Endpoint, cancellationToken) : null);
        DateTimeOffset? at = trail.Stored is { } stored
            ? DateTimeOffset.FromUnixTimeSeconds(stored.Event.Timestamp)
            : null;
        return new DeliveryExplanation(
            finding, new ExplainedChange(change.Revision, DeliveryProfile.NameOf(change.Kind), at),
            trail.Accepted is { } accepted
                ? mapper.Map<DeliveryDto>(accepted)
                : mapper.Map<Delivery?, DeliveryDto?>(trail.Stored),
            mapper.Map<Delivery?, DeliveryDto?>(trail.HeldBy), trail.Cursor);
    }

    private async Task<bool> IsSameValue(
        Webhook webhook, Key key, HistoryEntry change, CancellationToken cancellationToken)
    {
        if (!webhook.Settings.ChangedOnly || change.Kind != KeyChangeKind.Update)
            return false;
        var past = await history.Read(webhook.Tenant, key, change.Revision, limit: 1, cancellationToken);
        return past.Changes is [{ Value: { } before }] && change.Value is { } value
            && before.Span.SequenceEqual(value.Span);
    }
}
