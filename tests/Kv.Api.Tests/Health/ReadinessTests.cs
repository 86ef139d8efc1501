using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Health;

/// <summary>The numbers in the answer of <c>/readyz</c> of a healthy Kv.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class ReadinessTests(Engine engine)
{
    private const long Quota = 3L * 1024 * 1024 * 1024;

    private WebhookReceiver _receiver = null!;
    private KvHost _host = null!;
    private KvClient _kv = null!;

    [SetUp]
    public async Task StartOne()
    {
        _receiver = WebhookReceiver.Start();
        _host = await KvHost.Start(engine, ("ETCD_QUOTA_BACKEND_BYTES", $"{Quota}"), ("WEBHOOK_RETRY_SCHEDULE", "1h"));
        _kv = _host.NewTenant();
    }

    [TearDown]
    public async Task End()
    {
        await _host.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Test]
    public async Task The_store_reports_its_revision_its_size_and_its_free_space()
    {
        var written = await _kv.Put("k", "v");

        var store = await Data("store");
        var used = store.GetProperty("usedBytes").GetInt64();
        var left = store.GetProperty("leftBytes").GetInt64();

        Assert.That(
            store.GetProperty("revision").GetInt64(),
            Is.GreaterThanOrEqualTo(long.Parse(written.Header("KV-Revision")!)));
        Assert.That(used, Is.Positive);
        Assert.That(left, engine == Engine.Etcd ? Is.EqualTo(Quota - used) : Is.Positive);
    }

    [Test]
    public async Task The_leader_reports_its_progress_and_the_waiting_deliveries()
    {
        _receiver.Answer = _ => ReceiverAnswer.Status(500);
        await _kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"told","event":"*","endpoint":"{{_receiver.Uri}}"}""");
        var written = await _kv.Put("told", "v");

        await Eventually.Holds(
            async () => (await Data("deliveries")).GetProperty("waiting").GetInt32() == 1,
            "the delivery waits for its next attempt");
        Assert.That(
            await Detail("deliveries"), Does.StartWith("Deliveries that wait: 1; the oldest is for a change of "));
        await Eventually.Holds(
            async () => (await Data("watcher")).GetProperty("settledRevision")
                .GetInt64() >= long.Parse(written.Header("KV-Revision")!),
            "it is stored for that");
        var watcher = await Data("watcher");
        Assert.That(watcher.GetProperty("leading").GetBoolean());
        Assert.That(watcher.GetProperty("lagRevisions").GetInt64(), Is.Zero);
        Assert.That(watcher.GetProperty("lagSeconds").GetDouble(), Is.Zero);
    }

    private async Task<JsonElement> Data(string check) => (await _host.ReadinessCheck(check)).GetProperty("data");

    private async Task<string> Detail(string check) =>
        (await _host.ReadinessCheck(check)).GetProperty("detail").GetString()!;
}
