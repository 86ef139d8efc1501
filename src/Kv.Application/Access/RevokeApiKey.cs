using Kv.Application.Webhooks;
using Kv.Domain.Audit;

namespace Kv.Application.Access;

/// <summary>
/// Revokes an API key. The result lists the webhooks that the key registered; it is null when neither the key nor any
/// of its webhooks exists.
/// </summary>
/// <param name="DisablesWebhooks">
/// Whether to disable the webhooks that the key registered. Otherwise they stay active.
/// </param>
public sealed record RevokeApiKey(string Id, bool DisablesWebhooks = false)
    : IRequest<RevokedApiKey?>, IAdministrativeRequest;

/// <summary>The webhooks of a revoked key.</summary>
/// <param name="WebhookCount">The number of webhooks that it registered.</param>
/// <param name="Webhooks">The first hundred of them, in their present state.</param>
public sealed record RevokedApiKey(int WebhookCount, IReadOnlyList<WebhookDto> Webhooks);

internal sealed class RevokeApiKeyValidator : AbstractValidator<RevokeApiKey>;

internal sealed class RevokeApiKeyHandler(
    IApiKeyRepository keys, ApiKeyAuthentication authentication, IWebhookRepository webhooks, IMapper mapper)
    : IRequestHandler<RevokeApiKey, RevokedApiKey?>
{
    private const int MaxShown = 100;

    public async Task<RevokedApiKey?> Handle(RevokeApiKey request, CancellationToken cancellationToken)
    {
        // A malformed id cannot exist.
        if (!ApiKeySecret.IsId(request.Id))
            return null;
        var notes = await Notes(request, cancellationToken);
        var existed = await keys.Delete(request.Id, notes, cancellationToken);
        authentication.Forget();
        // List the webhooks after the deletion: this replica accepts no further registrations by the key from here on.
        // A repeated call for a deleted key finds webhooks that a concurrent call had registered.
        var (count, shown) = (0, new List<WebhookDto>());
        await foreach (var webhook in RegisteredBy(request.Id, cancellationToken))
        {
            var left = request.DisablesWebhooks ? await Disable(webhook, request.Id, cancellationToken) : webhook;
            if (left is null)
                continue;
            count++;
            if (shown.Count < MaxShown)
                shown.Add(mapper.Map<WebhookDto>(left));
        }
        return existed || count > 0 ? new RevokedApiKey(count, shown) : null;
    }

    private async Task<IReadOnlyList<AuditedChange>> Notes(RevokeApiKey request, CancellationToken cancellationToken)
    {
        var operation = request.DisablesWebhooks ? AuditOperations.DisableWebhook : AuditOperations.LeaveWebhook;
        return await RegisteredBy(request.Id, cancellationToken).Take(MaxShown)
            .Select(webhook => new AuditedChange(
                operation, $"{webhook.Tenant.Namespace}/{webhook.Tenant.AppName}/{webhook.Id:D}"))
            .ToListAsync(cancellationToken);
    }

    private IAsyncEnumerable<Webhook> RegisteredBy(string apiKey, CancellationToken cancellationToken) =>
        webhooks.ListAll(cancellationToken).Where(webhook => webhook.RegisteredBy?.ApiKey == apiKey);

    // Null when the webhook was deleted or got another owner in the meantime.
    private async Task<Webhook?> Disable(Webhook found, string apiKey, CancellationToken cancellationToken)
    {
        if (!found.IsActive)
            return found;
        var left = await webhooks.Change(found.Tenant, $"{found.Id:D}", Apply, cancellationToken);
        return left?.RegisteredBy?.ApiKey == apiKey ? left : null;

        void Apply(Webhook webhook)
        {
            if (webhook.RegisteredBy?.ApiKey == apiKey && webhook.IsActive)
                webhook.Disable($"The API key {apiKey}, which registered it, was revoked.");
        }
    }
}
