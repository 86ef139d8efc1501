using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Over a store in which Kv has never led.</summary>
internal sealed class FirstLeadTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task What_happens_before_anybody_leads_is_told_when_somebody_does()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        // Another one, simple-golang-kv say, was killed: its lock is there for a while.
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
        await Eventually.Holds(() => receiver.RequestCount > 0, "the change is told");
        await kv.Post("late", "1");
        await Eventually.Holds(() => receiver.RequestCount > 1, "and those after it");
        Assert.That(
            receiver.Requests.Select(request => request.Text),
            Has.Exactly(1).Contains("\"early\"").And.Exactly(1).Contains("\"late\""));
    }
}
