using System.Diagnostics.Metrics;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>The store compacts changes before the leader has read them.</summary>
internal sealed class CompactionTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Changes_compacted_unread_are_reported_and_the_remaining_ones_are_delivered()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        (string, string?) prefix = ("BASE_KEY_PREFIX", "compacted");
        KvClient kv;
        await using (var before = await KvHost.StartOver(etcd.Endpoint, prefix))
        {
            kv = before.NewTenant();
            var registered = await kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","add_event_data":true,"endpoint":"{{receiver.Uri}}"}""");
            Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());
            await kv.Post("old", "1");
            await kv.Post("gone", "1");
            await Eventually.Holds(
                () => receiver.Requests.Select(request => request.MessageId).Distinct().Count() == 2,
                "the watcher has read what was before");
            await EtcdKeys.Put(etcd, "/unrelated", []);
        }
        // No replica watches now.
        receiver.Clear();
        await Put("old", "2");
        await Put("new", "1");
        await EtcdKeys.Delete(etcd, Path("gone"));
        await etcd.Compact(await etcd.CurrentRevision());
        await Put("after", "1");

        var counted = 0L;
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "kv.watcher.lost_revisions")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        metrics.SetMeasurementEventCallback<long>((_, revisions, _, _) => Interlocked.Add(ref counted, revisions));
        metrics.Start();
        await using var host = await KvHost.StartOver(etcd.Endpoint, prefix);
        await Eventually.Holds(
            () => receiver.RequestCount == 3, "the remaining changes and the later ones arrive");
        metrics.RecordObservableInstruments();
        var readiness = await Answer.Of(await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Delivered(), Is.EquivalentTo(["update old=2", "create new=1", "create after=1"]));
            Assert.That(Interlocked.Read(ref counted), Is.Positive, "the metric");
            Assert.That(readiness.Status, Is.EqualTo(200));
            Assert.That(
                readiness.Json.GetProperty("checks").GetProperty("watcher").GetProperty("detail").GetString(),
                Does.Contain("The store compacted the changes after revision"));
        }

        string Path(string key) => $"/compacted/kv/{kv.Namespace}/{kv.AppName}/{key}";

        Task Put(string key, string value) => EtcdKeys.Put(etcd, Path(key), System.Text.Encoding.UTF8.GetBytes(value));

        IEnumerable<string> Delivered() => receiver.Requests
            .Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("event"))
            .Select(
                body =>
                    $"{body.GetProperty("event").GetString()} "
                        + $"{body.GetProperty("key").GetString()}={body.GetProperty("value").GetString()}");
    }
}
