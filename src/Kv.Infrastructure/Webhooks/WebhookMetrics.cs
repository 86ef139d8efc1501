using System.Diagnostics.Metrics;

namespace Kv.Infrastructure.Webhooks;

/// <summary>What is measured of the webhooks themselves; from the start of the process, as <see cref="Tally"/> tells.</summary>
internal sealed class WebhookMetrics : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Tally _disabled;

    public WebhookMetrics() => _disabled = new Tally(
        _meter, "kv.webhook.disablings", "{webhook}", "Webhooks that were disabled because they did nothing but fail.");

    /// <summary>This replica disabled a webhook.</summary>
    public void Disabled() => _disabled.Add();

    public void Dispose() => _meter.Dispose();
}
