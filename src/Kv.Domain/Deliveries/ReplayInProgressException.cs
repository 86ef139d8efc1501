namespace Kv.Domain.Deliveries;

/// <summary>Another replay of the webhook is in progress.</summary>
public sealed class ReplayInProgressException() : Exception(
    "A replay of this webhook is in progress; repeat this call after its end.");
