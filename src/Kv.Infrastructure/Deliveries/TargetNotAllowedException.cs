namespace Kv.Infrastructure.Deliveries;

/// <summary>No address of a webhook's endpoint may be dialled. The message is for the webhook's owner: it tells no address.</summary>
internal sealed class TargetNotAllowedException(string reason) : Exception($"The target is not allowed: {reason}.");
