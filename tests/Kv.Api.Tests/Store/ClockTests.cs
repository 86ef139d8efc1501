using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>Two replicas, one of which has a clock that is 20 s ahead.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed class ClockTests
{
    private const int Ahead = 20;

    // Replicas share leases, so those of other tests would be in the way.
    private EtcdServer _etcd = null!;
    private KvHost _leader = null!;
    private KvHost _ahead = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _etcd = await EtcdServer.StartAsync();
        _leader = await KvHost.StartOver(_etcd.Endpoint);
        await Eventually.Holds(async () => (await Watcher(_leader)).GetProperty("leading").GetBoolean(), "it leads");
        _ahead = await KvHost.StartWith(new ClockAhead(), _etcd.Endpoint, ("BASE_KEY_PREFIX", _leader.KeyPrefix));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_ahead is not null)
            await _ahead.DisposeAsync();
        if (_leader is not null)
            await _leader.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Test]
    public async Task A_lease_that_ends_too_early_does_not_end_the_key_of_the_other_replica()
    {
        // Each try has a deadline for which there is no lease yet.
        var left = 2;
        var (right, ahead) = (new KvClient(_leader.Http, "n", "a"), new KvClient(_ahead.Http, "n", "a"));
        var name = "";
        // The replica that is ahead writes first. Its lease is too short by the difference of the clocks.
        await Eventually.Holds(
            async () =>
            {
                name = KvHost.Unique("k");
                left += 3;
                return Deadline(await ahead.Put($"{name}/ahead", "v", left)) == Deadline(
                    await right.Put($"{name}/right", "v", Ahead + left));
            },
            "both have the same deadline");

        await Eventually.Holds(
            async () => (await right.Get($"{name}/ahead")).Status == 404, "etcd has ended the lease that is too short");

        Assert.That((await right.Get($"{name}/right")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Readiness_reports_the_clock_difference()
    {
        var right = new KvClient(_leader.Http, "n", "a");
        await using var receiver = WebhookReceiver.Start();
        var registered = await right.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","endpoint":"{{receiver.Uri}}"}""");
        Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());

        await Eventually.Holds(
            async () =>
            {
                // The leader leaves its time with the cursor, while there is something to write.
                await right.Put("k", "v");
                return (await Watcher(_ahead)).GetProperty("clockDifferenceSeconds").GetDouble() > Ahead / 2;
            },
            "readiness reports the difference");

        var seen = await _ahead.ReadinessCheck("watcher");
        Assert.That(seen.GetProperty("status").GetString(), Is.EqualTo("degraded"));
        Assert.That(
            seen.GetProperty("data").GetProperty("clockDifferenceSeconds").GetDouble(), Is.LessThanOrEqualTo(Ahead));
        Assert.That(
            seen.GetProperty("detail").GetString(),
            Does.Contain("ahead of the leader's").And.Contain("Synchronize the clocks"));
    }

    private static async Task<JsonElement> Watcher(KvHost host) =>
        (await host.ReadinessCheck("watcher")).GetProperty("data");

    private static long Deadline(Answer written) => written.Json.GetProperty("expire_at").GetInt64();

    private sealed class ClockAhead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(Ahead);
    }
}
