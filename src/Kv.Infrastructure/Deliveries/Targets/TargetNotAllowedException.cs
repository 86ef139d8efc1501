namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>
/// No address of a webhook's endpoint may be dialled. The message is for the webhook's owner: it contains no address.
/// </summary>
internal sealed class TargetNotAllowedException(string reason) : Exception($"{IWebhookTargets.NotAllowed} {reason}.");
