using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Webhooks;

/// <summary>The metrics of webhooks. They exist from the start of the process; see <see cref="Tally"/>.</summary>
internal sealed class WebhookTelemetry : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Tally _disabled;

    public WebhookTelemetry() => _disabled = new Tally(
        _meter, "kv.webhook.disablings", "{webhook}", "Webhooks that were disabled because they only failed.");

    /// <summary>This replica disabled a webhook.</summary>
    public void Disabled() => _disabled.Add();

    public void Dispose() => _meter.Dispose();
}
