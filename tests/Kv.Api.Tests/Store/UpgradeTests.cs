using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>docs/upgrade.md: Kv beside simple-golang-kv, in its place, and out of the way again.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class UpgradeTests
{
    private const string WebhookId = "7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b";
    private const string NotLeading = "This replica calls no webhooks: another replica leads, or there is no leader yet.";

    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();
    private readonly string _prefix = KvHost.Unique("test/");
    private EtcdServer _etcd = null!;
    private long _predecessor;

    [SetUp]
    public async Task PredecessorLeads()
    {
        _etcd = await SharedEtcd.Get();
        _predecessor = await EtcdKeys.Grant(_etcd, 600);
        await EtcdKeys.Put(_etcd, $"/{_prefix}/locks/watcher/{_predecessor:x}", [], _predecessor);
        await EtcdKeys.Put(_etcd, Key("user:1"), "Ada"u8.ToArray());
        await EtcdKeys.Put(_etcd, Key("user:2"), "Grace"u8.ToArray(), await EtcdKeys.Grant(_etcd, 900));
        await EtcdKeys.Put(_etcd, Webhook(WebhookId), Encoding.UTF8.GetBytes(
            $$"""
            {"id":"{{WebhookId}}","namespace":"default","appName":"default","key":"user:*","event":"update","endpoint":"{{_receiver.Uri}}","method":"POST","headers":{"X-Team":"a"},"payload":{"team":"a"},"add_event_data":true,"created_at":1700000000}
            """));
    }

    [TearDown]
    public async Task StopReceiver() => await _receiver.DisposeAsync();

    [Test]
    public async Task Kv_serves_beside_the_predecessor_and_takes_over_when_the_lock_is_free()
    {
        await using var host = await Start();
        var kv = Tenant(host);

        await Eventually.Holds(async () => (await Locks()).Count == 2, "Kv stands in the queue behind the predecessor");
        Assert.That((await kv.Get("user:1")).Json.GetProperty("value").GetString(), Is.EqualTo("Ada"));
        Assert.That((await kv.Get("user:2")).Json.GetProperty("ttl").GetInt64(), Is.InRange(860, 901));
        Assert.That((await kv.Put("user:1", "Ada while the predecessor leads")).Status, Is.EqualTo(200));
        Assert.That(await Watcher(host), Is.EqualTo(NotLeading));
        Assert.That(_receiver.RequestCount, Is.Zero, "the predecessor calls, not Kv");

        await _etcd.Call("lease/revoke", new { ID = $"{_predecessor}" });
        await Eventually.Holds(async () => await Watcher(host) != NotLeading, "Kv leads");
        await kv.Put("user:1", "Ada when Kv leads");
        // The write just before may be delivered as well: Kv cannot know whether the predecessor delivered it.
        await Eventually.Holds(() => _receiver.Requests.Any(Tells), "Kv calls the predecessor's webhook");

        var call = _receiver.Requests.First(Tells);
        Assert.That(call.Header("X-Team"), Is.EqualTo("a"));
        Assert.That(JsonDocument.Parse(call.Body).RootElement.GetProperty("team").GetString(), Is.EqualTo("a"));

        static bool Tells(ReceivedRequest request) =>
            JsonDocument.Parse(request.Body).RootElement.GetProperty("event").GetProperty("value")
                .GetString() == "Ada when Kv leads";
    }

    [Test]
    public async Task After_Kv_has_stopped_the_predecessor_finds_the_data_in_its_own_format()
    {
        await _etcd.Call("lease/revoke", new { ID = $"{_predecessor}" });
        string registered;
        await using (var host = await Start())
        {
            var kv = Tenant(host);
            await Eventually.Holds(async () => await Watcher(host) != NotLeading, "Kv leads");
            await kv.Put("user:1", "Ada 🎉");
            await kv.Put("user:3", "Edsger", 900);
            await kv.Delete("user:2");
            registered = (await kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"job:*","event":"create","endpoint":"{{_receiver.Uri}}"}""")).Json.GetProperty("id").GetString()!;
            Assert.That((await kv.Send(HttpMethod.Put, $"/webhooks/{WebhookId}", """{"payload":{"team":"b"}}""")).Status, Is.EqualTo(200));
        }

        Assert.That(await Locks(), Is.Empty, "the lock is free at once");
        Assert.That(await Value(Key("user:1")), Is.EqualTo("Ada 🎉"));
        Assert.That(await Value(Key("user:3")), Is.EqualTo("Edsger"));
        Assert.That(
            await EtcdKeys.TimeToLive(_etcd, (await EtcdKeys.Get(_etcd, Key("user:3")))!.Value.Lease),
            Is.InRange(860, 902));
        // The predecessor lists by prefix, so there must be no record that it cannot read.
        Assert.That(await Below(Key("")), Is.EquivalentTo(new[] { Key("user:1"), Key("user:3") }));
        Assert.That(await Below(Webhook("")), Is.EquivalentTo(new[] { Webhook(registered), Webhook(WebhookId) }));
        var changed = JsonDocument.Parse((await Value(Webhook(WebhookId)))!).RootElement;
        var made = JsonDocument.Parse((await Value(Webhook(registered)))!).RootElement;
        string[] members =
            ["id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "payload", "add_event_data",
                "created_at"];
        Assert.That(Expect.Members(changed), Is.SupersetOf(members));
        Assert.That(Expect.Members(made), Is.SupersetOf(members.Except(["headers", "payload"])));
        Assert.That(changed.GetProperty("payload").GetProperty("team").GetString(), Is.EqualTo("b"));
        Assert.That(changed.GetProperty("headers").GetProperty("X-Team").GetString(), Is.EqualTo("a"));
        Assert.That(changed.GetProperty("created_at").GetInt64(), Is.EqualTo(1700000000));
    }

    private Task<KvHost> Start() => KvHost.StartOver(_etcd.Endpoint, ("BASE_KEY_PREFIX", _prefix));

    // As clients that send no tenant.
    private static KvClient Tenant(KvHost host) => new(host.Http, null, null);

    private static async Task<string> Watcher(KvHost host) =>
        (await host.ReadinessCheck("watcher")).GetProperty("detail").GetString()!;

    private string Key(string key) => $"/{_prefix}/kv/default/default/{key}";

    private string Webhook(string id) => $"/{_prefix}/webhooks/default/default/{id}";

    private Task<List<string>> Locks() => Below($"/{_prefix}/locks/watcher/");

    private async Task<string?> Value(string key) =>
        await EtcdKeys.Get(_etcd, key) is { } entry ? Encoding.UTF8.GetString(entry.Value) : null;

    private async Task<List<string>> Below(string prefix)
    {
        var start = Encoding.UTF8.GetBytes(prefix);
        var end = (byte[])start.Clone();
        end[^1]++;
        var answer = await _etcd.Call(
            "kv/range",
            new { key = Convert.ToBase64String(start), range_end = Convert.ToBase64String(end), keys_only = true });
        return answer.TryGetProperty("kvs", out var entries)
            ? [.. entries.EnumerateArray()
                .Select(entry => Encoding.UTF8.GetString(entry.GetProperty("key").GetBytesFromBase64()))]
            : [];
    }
}
