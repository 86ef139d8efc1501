namespace Kv.Application.Webhooks;

/// <summary>
/// Sets a new secret. The previous secret also signs for another day. The result is the new secret, which is never
/// returned again; null when the webhook does not exist.
/// </summary>
public sealed record RotateWebhookSecret(string Namespace, string AppName, string Id)
    : IRequest<string?>, IWebhookOwnerRequest;

internal sealed class RotateWebhookSecretValidator(Limits limits) : TenantValidator<RotateWebhookSecret>(limits);

internal sealed class RotateWebhookSecretHandler(IWebhookRepository webhooks, TimeProvider time)
    : IRequestHandler<RotateWebhookSecret, string?>
{
    public async Task<string?> Handle(RotateWebhookSecret request, CancellationToken cancellationToken)
    {
        var secret = WebhookSecret.New();
        var webhook = await webhooks.Change(
            request.Tenant(), request.Id, stored => stored.RotateSecret(secret, time.GetUtcNow()), cancellationToken);
        return webhook is null ? null : secret.Reveal();
    }
}
