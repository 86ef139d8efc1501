using Kv.Application.KeyValues;

namespace Kv.Application.Webhooks;

/// <summary>
/// Reads the tenant's webhooks whose key or pattern starts with a prefix; all webhooks when it is empty.
/// </summary>
public sealed record ListWebhooks(string Namespace, string AppName, string Prefix = "")
    : IRequest<IReadOnlyList<WebhookDto>>, IPrefixRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this, Prefix);
}

internal sealed class ListWebhooksValidator(Limits limits) : PrefixValidator<ListWebhooks>(limits);

internal sealed class ListWebhooksHandler(IWebhookRepository webhooks, IMapper mapper)
    : IRequestHandler<ListWebhooks, IReadOnlyList<WebhookDto>>
{
    public async Task<IReadOnlyList<WebhookDto>> Handle(ListWebhooks request, CancellationToken cancellationToken)
    {
        var all = await webhooks.List(request.Tenant(), cancellationToken);
        return
        [
            .. all.Where(webhook => webhook.Settings.Pattern.Text.StartsWith(request.Prefix, StringComparison.Ordinal))
                .Select(mapper.Map<WebhookDto>),
        ];
    }
}
