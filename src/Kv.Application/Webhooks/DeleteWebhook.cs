namespace Kv.Application.Webhooks;

/// <summary>
/// Deletes a webhook and its pending deliveries. Deleting a webhook that does not exist changes nothing.
/// </summary>
public sealed record DeleteWebhook(string Namespace, string AppName, string Id)
    : IRequest, IWebhookOwnerRequest;

internal sealed class DeleteWebhookValidator(Limits limits) : TenantValidator<DeleteWebhook>(limits);

internal sealed class DeleteWebhookHandler(IWebhookRepository webhooks) : IRequestHandler<DeleteWebhook>
{
    public async Task<Unit> Handle(DeleteWebhook request, CancellationToken cancellationToken)
    {
        // A malformed id cannot exist.
        if (Guid.TryParseExact(request.Id, "D", out var id))
            await webhooks.Delete(request.Tenant(), id, cancellationToken);
        return Unit.Value;
    }
}
