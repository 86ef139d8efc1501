using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Deliveries that are dropped are counted, and the log says so once.</summary>
internal sealed class DroppedTests
{
    private const int Writes = 8;
    private const int Kept = 3;

    [Test]
    public async Task A_metric_counts_dropped_deliveries_and_the_log_names_their_webhook()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(500);
        using var data = new TemporaryDirectory();
        await using var process = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LOG_FORMAT", "json"),
            ("WEBHOOK_BACKLOG_DELIVERIES", $"{Kept}"), ("WEBHOOK_RETRY_SCHEDULE", "1h"));
        // The line with its address is JSON too.
        var kv = await process.Client();
        var registered = await kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","endpoint":"{{receiver.Uri}}"}""");
        var webhook = registered.Json.GetProperty("id").GetString();

        for (var number = 0; number < Writes; number++)
            Assert.That((await kv.Put($"k{number}", "v")).Status, Is.EqualTo(200));

        await Eventually.Holds(
            async () => (await Scrape.Of(kv)).Sum("kv_delivery_dropped_total") == Writes - Kept,
            "dropped deliveries are counted");
        var lines = LogLine.Of(process)
            .Where(line => line.Message.Contains("drops deliveries", StringComparison.Ordinal)).ToArray();
        Assert.That(lines, Has.Length.EqualTo(1), process.Output);
        Assert.That(lines[0].Level, Is.EqualTo("Warning"));
        Assert.That(lines[0].Message, Does.StartWith($"Webhook {webhook} (process, tests) drops deliveries"));
    }
}
