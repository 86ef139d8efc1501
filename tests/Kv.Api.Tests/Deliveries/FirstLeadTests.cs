using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A store in which Kv has never led.</summary>
internal sealed class FirstLeadTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Changes_before_the_first_lead_are_delivered_once_a_replica_leads()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        // Another program, such as simple-golang-kv, was killed: its lock remains for a while.
        var lease = await EtcdKeys.Grant(etcd, 600);
        await EtcdKeys.Put(etcd, $"/first/locks/watcher/{lease:x}", [], lease);
        await EtcdKeys.Put(etcd, "/first/kv/default/default/before", "1"u8.ToArray());
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("BASE_KEY_PREFIX", "first"));
        await Eventually.Holds(
            async () => (await EtcdKeys.Keys(etcd, "/first/locks/watcher/")).Length == 2, "it waits for the lead");
        var kv = host.NewTenant();
        var registered = await kv.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","add_event_data":true,"endpoint":"{{receiver.Uri}}"}""");
        Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());
        await kv.Post("early", "1");
        Assert.That(receiver.RequestCount, Is.Zero);

        await etcd.Call("kv/lease/revoke", new Dictionary<string, long> { ["ID"] = lease });
        await Eventually.Holds(() => receiver.RequestCount > 0, "the change is delivered");
        await kv.Post("late", "1");
        await Eventually.Holds(() => receiver.RequestCount > 1, "later changes are delivered");
        Assert.That(
            receiver.Requests.Select(request => request.Text),
            Has.Exactly(1).Contains("\"early\"").And.Exactly(1).Contains("\"late\""));
    }
}
