using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Webhooks;

/// <summary>simple-golang-kv and Kv read each other's webhooks.</summary>
internal sealed class PredecessorWebhookTests
{
    private EtcdServer _etcd = null!;
    private KvHost _host = null!;
    private KvClient _kv = null!;

    // Ids are unique in a store across tenants, and tests run concurrently.
    private string Id { get; } = $"{Guid.NewGuid():D}";

    [SetUp]
    public async Task UseTheSharedHost()
    {
        _host = await SharedHosts.Get(Engine.Etcd);
        _etcd = await SharedEtcd.Get();
        _kv = _host.NewTenant();
    }

    [Test]
    public async Task A_webhook_of_the_predecessor_is_read_listed_and_changed()
    {
        await Put(
            $$"""
            {"id":"{{Id}}","namespace":"{{_kv.Namespace}}","appName":"{{_kv.AppName}}","key":"user:*","event":"update","endpoint":"http://example.com/hook","method":"put","headers":{"Authorization":"hidden"},"payload":{"text":"<&>"},"add_event_data":true,"created_at":1700000000}
            """);

        var read = await _kv.Send(HttpMethod.Get, $"/webhooks/{Id}");

        Assert.That(read.Body, Is.EqualTo(
            $$"""{"id":"{{Id}}","namespace":"{{_kv.Namespace}}","appName":"{{_kv.AppName}}","key":"user:*","event":"update","endpoint":"http://example.com/hook","method":"PUT","headers":{"Authorization":"hidden"},"payload":{"text":"<&>"},"add_event_data":true,"created_at":1700000000,"changed_only":false,"status":"active"}"""));
        Assert.That((await _kv.Send(HttpMethod.Get, "/webhooks/user*")).Body, Is.EqualTo($"[{read.Body}]"));
        var changed = await _kv.Send(HttpMethod.Put, $"/webhooks/{Id}", """{"event":"create"}""");
        Assert.That(changed.Body, Is.EqualTo(read.Body.Replace("\"update\"", "\"create\"")));
        Assert.That(
            (await Stored(Id)).GetProperty("headers").GetProperty("Authorization").GetString(), Is.EqualTo("hidden"));
    }

    [Test]
    public async Task Headers_that_are_reserved_now_are_kept_and_shown_and_not_sent()
    {
        await using var receiver = WebhookReceiver.Start();
        await Put(
            $$"""
            {"id":"{{Id}}","namespace":"{{_kv.Namespace}}","appName":"{{_kv.AppName}}","key":"k","event":"update","endpoint":"{{receiver.Uri}}","method":"POST","headers":{"Authorization":"a","KV-Namespace":"victim","kv-app-name":"victim","Keep-Alive":"5"},"add_event_data":true,"created_at":1700000000}
            """);

        var read = await _kv.Send(HttpMethod.Get, $"/webhooks/{Id}");
        await _kv.Send(HttpMethod.Post, $"/webhooks/{Id}/ping");

        Assert.That(read.Json.GetProperty("headers").GetRawText(), Is.EqualTo("""{"Authorization":"a"}"""));
        Assert.That(read.Json.GetProperty("headers_not_sent").GetRawText(), Is.EqualTo("""["KV-Namespace","kv-app-name","Keep-Alive"]"""));
        var call = receiver.Requests.Single();
        Assert.That(call.Header("Authorization"), Is.EqualTo("a"));
        Assert.That(call.Headers.Select(header => header.Value), Has.None.EqualTo("victim").And.None.EqualTo("5"));
        // A change of another member keeps them for the predecessor. An answer that is sent back removes them.
        await _kv.Send(HttpMethod.Put, $"/webhooks/{Id}", """{"event":"create"}""");
        Assert.That(
            (await Stored(Id)).GetProperty("headers").GetProperty("KV-Namespace").GetString(), Is.EqualTo("victim"));
        Assert.That((await _kv.Send(HttpMethod.Put, $"/webhooks/{Id}", read.Body)).Status, Is.EqualTo(200));
        Assert.That((await Stored(Id)).GetProperty("headers").GetRawText(), Is.EqualTo("""{"Authorization":"a"}"""));
    }

    [Test]
    public async Task A_webhook_of_the_predecessor_fires()
    {
        await using var receiver = WebhookReceiver.Start();
        // The first leader begins with the changes after its start.
        await Eventually.Holds(
            async () => (await _kv.Send(HttpMethod.Get, "/readyz"))
                .Body.Contains("This replica calls webhooks", StringComparison.Ordinal), "it leads");
        await Put(
            $$"""
            {"id":"{{Id}}","namespace":"{{_kv.Namespace}}","appName":"{{_kv.AppName}}","key":"user:*","event":"create","endpoint":"{{receiver.Uri}}hook","method":"PUT","headers":{"Authorization":"hidden"},"payload":{"text":"<&>"},"add_event_data":true,"created_at":1700000000}
            """);
        var set = await _kv.Post("user:1", "Ada");
        await Eventually.Holds(() => receiver.RequestCount == 1, "the call arrives");

        var call = receiver.Requests.Single();
        Assert.That((call.Method, call.Target, call.Header("Authorization")), Is.EqualTo(("PUT", "/hook", "hidden")));
        Assert.That(call.Text, Does.StartWith(
            $$"""{"text":"<&>","event":{"event":"create","namespace":"{{_kv.Namespace}}","appName":"{{_kv.AppName}}","key":"user:1","value":"Ada","timestamp":"""));
        Assert.That(call.Text, Does.EndWith($",\"revision\":{set.Header("KV-Revision")}}}}}"));
    }

    [Test]
    public async Task Kv_writes_webhooks_with_the_predecessors_members_and_types()
    {
        var id = (await _kv.Send(
            HttpMethod.Post, "/webhooks",
            """
            {"key":"user:*","event":["create","expire"],"endpoint":"http://example.com","headers":{"X-A":"a"},"payload":{"a":1}}
            """)).Json.GetProperty("id").GetString()!;

        var stored = await Stored(id);

        Assert.That(Expect.Members(stored), Is.EqualTo(new[]
        {
            "id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "payload", "add_event_data",
            "created_at",
        }));
        Assert.That(stored.GetProperty("id").GetString(), Is.EqualTo(id));
        Assert.That(stored.GetProperty("appName").GetString(), Is.EqualTo(_kv.AppName));
        Assert.That(stored.GetProperty("event").GetString(), Is.EqualTo("create,expire"));
        Assert.That(stored.GetProperty("method").GetString(), Is.EqualTo("POST"));
        Assert.That(stored.GetProperty("created_at").ValueKind, Is.EqualTo(JsonValueKind.Number));
    }

    [Test]
    public async Task A_webhook_that_cannot_be_read_hides_no_other_and_can_be_deleted()
    {
        await Put("nonsense");
        await _kv.Send(HttpMethod.Post, "/webhooks", """{"key":"k","event":"*","endpoint":"http://example.com"}""");

        Assert.That((await _kv.Send(HttpMethod.Get, "/webhooks")).Json.GetArrayLength(), Is.EqualTo(1));
        Expect.Problem(await _kv.Send(HttpMethod.Get, $"/webhooks/{Id}"), 404, "Webhook not found");
        await _kv.Send(HttpMethod.Delete, $"/webhooks/{Id}");
        Assert.That(await EtcdKeys.Get(_etcd, Path(Id)), Is.Null);
    }

    private string Path(string id) => $"/{_host.KeyPrefix}/webhooks/{_kv.Namespace}/{_kv.AppName}/{id}";

    private Task Put(string json) => EtcdKeys.Put(_etcd, Path(Id), Encoding.UTF8.GetBytes(json));

    private async Task<JsonElement> Stored(string id) =>
        JsonDocument.Parse((await EtcdKeys.Get(_etcd, Path(id)))!.Value.Value).RootElement;
}
