using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Records of webhooks that an operator copied in the store, with the keys of a tenant.</summary>
internal sealed class CopiedWebhookTests
{
    [Test]
    public async Task Two_tenants_with_one_webhook_id_are_independent()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint);
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var registered = await one.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","add_event_data":true,"endpoint":"{{receiver.Uri}}"}""");
        var id = registered.Json.GetProperty("id").GetString()!;
        var record = (await EtcdKeys.Get(etcd, Place(one)))!.Value.Value;
        var copy = Encoding.UTF8.GetString(record).Replace(one.Namespace!, other.Namespace)
            .Replace(one.AppName!, other.AppName);
        await EtcdKeys.Put(etcd, Place(other), Encoding.UTF8.GetBytes(copy));

        await one.Put("k", "v");
        await other.Put("k", "v");
        await Eventually.Holds(
            () => Namespaces(receiver).Order().SequenceEqual(new[] { one.Namespace, other.Namespace }.Order()),
            "each webhook gets its own change");

        Assert.That((await other.Send(HttpMethod.Delete, $"/webhooks/{id}")).Status, Is.EqualTo(204));
        await other.Put("k", "v");
        await one.Put("k", "v");
        await Eventually.Holds(
            () => Namespaces(receiver).Count(name => name == one.Namespace) == 2, "the remaining webhook is called");
        Assert.That(Namespaces(receiver).Count(name => name == other.Namespace), Is.EqualTo(1));

        string Place(KvClient kv) => $"/{host.KeyPrefix}/webhooks/{kv.Namespace}/{kv.AppName}/{id}";
    }

    [Test]
    public async Task Deliveries_copied_while_no_replica_runs_are_not_held_up_by_another_copy()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(500);
        await using var etcd = await EtcdServer.StartAsync();
        (string, string?) prefix = ("BASE_KEY_PREFIX", "copied");
        KvClient one;
        string id;
        await using (var before = await KvHost.StartOver(etcd.Endpoint, prefix))
        {
            one = before.NewTenant();
            var registered = await one.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","add_event_data":true,"endpoint":"{{receiver.Uri}}"}""");
            id = registered.Json.GetProperty("id").GetString()!;
            await one.Put("k", "v");
            await Eventually.Holds(async () => (await Waiting(one)).Length == 1, "its delivery waits");
        }
        // The first copy has no waiting delivery. The second copy has a copy of the waiting one.
        var (idle, other) = (KvHost.Unique("n"), KvHost.Unique("n"));
        await CopyTo(idle, $"/copied/webhooks/{one.Namespace}/{one.AppName}/{id}");
        await CopyTo(other, $"/copied/webhooks/{one.Namespace}/{one.AppName}/{id}");
        foreach (var key in await Waiting(one))
        {
            await CopyTo(other, key.Replace("/pending/", "/values/"));
            await CopyTo(other, key);
        }
        receiver.Clear();
        receiver.Answer = _ => ReceiverAnswer.Ok;

        await using var host = await KvHost.StartOver(etcd.Endpoint, prefix);

        await Eventually.Holds(
            () => Namespaces(receiver).Order().SequenceEqual(new[] { one.Namespace, other }.Order()),
            "each waiting delivery arrives");

        Task<string[]> Waiting(KvClient kv) =>
            EtcdKeys.Keys(etcd, $"/copied/deliveries/pending/{kv.Namespace}/{kv.AppName}/");

        async Task CopyTo(string space, string key)
        {
            var record = (await EtcdKeys.Get(etcd, key))!.Value.Value;
            await EtcdKeys.Put(etcd, key.Replace(one.Namespace!, space), record);
        }
    }

    private static IEnumerable<string?> Namespaces(WebhookReceiver receiver) =>
        receiver.Requests.Select(
            request => JsonSerializer.Deserialize<JsonElement>(request.Text).GetProperty("event")
                .GetProperty("namespace").GetString());
}
