using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Telemetry;

/// <summary>OpenTelemetry's own variables.</summary>
internal sealed class TelemetrySettingsTests
{
    [Test]
    public async Task Metrics_are_sent_to_the_configured_collector()
    {
        await using var collector = WebhookReceiver.Start();
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Uri.ToString()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            ("OTEL_SERVICE_NAME", "kv-of-the-test"));
        await (await kv.Client()).Put("k", "v");

        await Eventually.Holds(
            () => collector.Requests.Any(request =>
                request.Target == "/v1/metrics" && Contains(request, "kv.store.operation.duration")
                    && Contains(request, "kv-of-the-test")),
            "the collector gets the metrics of the store's calls");
    }

    [Test]
    public async Task Without_OpenTelemetry_there_are_no_metrics_and_Kv_works()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("OTEL_SDK_DISABLED", "true"));
        var client = await kv.Client();

        Assert.That((await client.Put("k", "v")).Status, Is.EqualTo(200));
        Assert.That((await client.Send(HttpMethod.Get, "/metrics")).Status, Is.EqualTo(404));
    }

    private static bool Contains(ReceivedRequest request, string text) =>
        request.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
