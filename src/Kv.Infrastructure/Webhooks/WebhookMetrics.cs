using System.Diagnostics.Metrics;

namespace Kv.Infrastructure.Webhooks;

/// <summary>What is measured of the webhooks themselves.</summary>
internal static class WebhookMetrics
{
    private static readonly Meter Meter = new(Telemetry.Name);

    /// <summary>Webhooks that this replica disabled.</summary>
    public static readonly Tally Disabled = new(
        Meter, "kv.webhook.disablings", "{webhook}", "Webhooks that were disabled because they did nothing but fail.");
}
