namespace Kv.Domain.Webhooks;

/// <summary>The webhook is disabled, so its deliveries would fail again at once.</summary>
public sealed class WebhookDisabledException(string reason) : Exception(
    $"The webhook is disabled: {reason} Enable it with PUT and {{\"status\":\"active\"}}, then repeat the call.");
