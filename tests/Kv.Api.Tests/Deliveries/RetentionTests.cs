using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>The retention of failed deliveries, by their leases in etcd.</summary>
internal sealed class RetentionTests
{
    [Test]
    public async Task A_delivery_that_failed_for_good_is_kept_for_seven_days_with_its_value()
    {
        var host = await SharedHosts.Get(Engine.Etcd, ("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms"));
        var etcd = await SharedEtcd.Get();
        var kv = host.NewTenant();
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(500);
        await kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{receiver.Uri}}"}""");
        await kv.Post("k", "value");
        await Eventually.Holds(async () => (await Kept("failed")).Length == 1, "it has failed for good");

        Assert.That(await Kept("pending"), Is.Empty);
        foreach (var area in new[] { "failed", "values" })
        {
            var lease = (await EtcdKeys.Get(etcd, (await Kept(area)).Single()))!.Value.Lease;
            // Rounded up to the hour, and etcd's own clock runs from when the lease was granted.
            Assert.That(
                TimeSpan.FromSeconds(await EtcdKeys.TimeToLive(etcd, lease)),
                Is.InRange(
                    TimeSpan.FromDays(7) - TimeSpan.FromMinutes(5),
                    TimeSpan.FromDays(7) + TimeSpan.FromMinutes(65)), area);
        }

        Task<string[]> Kept(string area) =>
            EtcdKeys.Keys(etcd, $"/{host.KeyPrefix}/deliveries/{area}/{kv.Namespace}/{kv.AppName}/");
    }
}
