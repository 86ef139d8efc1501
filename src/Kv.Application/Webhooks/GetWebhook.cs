namespace Kv.Application.Webhooks;

/// <summary>Reads a webhook. The result is null when it does not exist.</summary>
public sealed record GetWebhook(string Namespace, string AppName, string Id)
    : IRequest<WebhookDto?>, IWebhookOwnerRequest;

internal sealed class GetWebhookValidator(Limits limits) : TenantValidator<GetWebhook>(limits);

internal sealed class GetWebhookHandler(IWebhookRepository webhooks, IMapper mapper)
    : IRequestHandler<GetWebhook, WebhookDto?>
{
    public async Task<WebhookDto?> Handle(GetWebhook request, CancellationToken cancellationToken) =>
        mapper.Map<Webhook?, WebhookDto?>(await webhooks.Find(request.Tenant(), request.Id, cancellationToken));
}
