using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Sends one test event to a webhook, active or not. The result is the attempt with its request, without secrets; null
/// when the webhook does not exist.
/// </summary>
public sealed record PingWebhook(string Namespace, string AppName, string Id)
    : IRequest<Attempt?>, IWebhookOwnerRequest;

internal sealed class PingWebhookValidator(Limits limits) : TenantValidator<PingWebhook>(limits);

internal sealed class PingWebhookHandler(
    IWebhookRepository webhooks, IWebhookSender sender, HeaderPolicy policy, TimeProvider time)
    : IRequestHandler<PingWebhook, Attempt?>
{
    // Kv derives these headers from the webhook's secret and from the password in its endpoint.
    private static readonly string[] Hidden = ["webhook-signature", "Authorization"];

    public async Task<Attempt?> Handle(PingWebhook request, CancellationToken cancellationToken)
    {
        if (await webhooks.Find(request.Tenant(), request.Id, cancellationToken) is not { } webhook)
            return null;
        var ping = new DeliveryEvent(
            Kind: null, webhook.Settings.Pattern.Text, Value: null, ExpireAt: null,
            time.GetUtcNow().ToUnixTimeSeconds());
        var attempt = await sender.Send(webhook, DeliveryId.NewPing(), ping, cancellationToken);
        return attempt.Request is { } sent
            ? attempt with { Request = sent with { Headers = Shown(sent.Headers, webhook) } }
            : attempt;
    }

    private Dictionary<string, string> Shown(IReadOnlyDictionary<string, string> headers, Webhook webhook)
    {
        var own = webhook.Settings.Headers.Keys.Where(name => !policy.IsReserved(name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return headers.ToDictionary(
            header => header.Key,
            header => IsShown(header.Key) ? header.Value : WebhookInput.Masked);

        bool IsShown(string name) =>
            own.Contains(name) ? policy.AreShown : !Hidden.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
