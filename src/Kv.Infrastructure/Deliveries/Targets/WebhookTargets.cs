using System.Net;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>Checks endpoints at their registration, as far as possible without resolving a name.</summary>
internal sealed class WebhookTargets(TargetPolicy policy) : IWebhookTargets
{
    public async ValueTask<string?> Refusal(string endpoint, CancellationToken cancellationToken)
    {
        var uri = new Uri(endpoint);
        await policy.Refresh(cancellationToken);
        return IPAddress.TryParse(uri.IdnHost, out var address)
            ? policy.Refusal(address, uri.Port)
            : policy.Refusal(new DnsEndPoint(uri.IdnHost, uri.Port));
    }
}
