using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Records of webhooks that somebody copied in the store, together with the keys of a tenant.</summary>
internal sealed class CopiedWebhookTests
{
    [Test]
    public async Task One_id_under_two_tenants_is_called_for_each_until_it_is_deleted_there()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint);
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var registered = await one.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","add_event_data":true,"endpoint":"{{receiver.Uri}}"}""");
        var id = registered.Json.GetProperty("id").GetString()!;
        var record = (await EtcdKeys.Get(etcd, Place(one)))!.Value.Value;
        var copy = Encoding.UTF8.GetString(record).Replace(one.Namespace!, other.Namespace).Replace(one.AppName!, other.AppName);
        await EtcdKeys.Put(etcd, Place(other), Encoding.UTF8.GetBytes(copy));

        await one.Put("k", "v");
        await other.Put("k", "v");
        await Eventually.Holds(() => Told().Order().SequenceEqual(new[] { one.Namespace, other.Namespace }.Order()), "each is told of its own");

        Assert.That((await other.Send(HttpMethod.Delete, $"/webhooks/{id}")).Status, Is.EqualTo(204));
        await other.Put("k", "v");
        await one.Put("k", "v");
        await Eventually.Holds(() => Told().Count(name => name == one.Namespace) == 2, "the one that is left is told");
        Assert.That(Told().Count(name => name == other.Namespace), Is.EqualTo(1));

        string Place(KvClient kv) => $"/{host.KeyPrefix}/webhooks/{kv.Namespace}/{kv.AppName}/{id}";

        IEnumerable<string?> Told() =>
            receiver.Requests.Select(request => JsonSerializer.Deserialize<JsonElement>(request.Text).GetProperty("event").GetProperty("namespace").GetString());
    }
}
