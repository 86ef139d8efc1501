using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Health;

/// <summary>The answer of <c>/readyz</c> of a healthy replica that does not lead.</summary>
internal sealed class FollowerReadinessTests
{
    [Test]
    public async Task It_reports_no_numbers_of_a_watch_or_of_deliveries()
    {
        await using var leader = await KvHost.Start(Engine.Etcd);
        await Eventually.Holds(async () => await Leads(leader), "one leads");
        await using var follower = await KvHost.Start(Engine.Etcd, ("BASE_KEY_PREFIX", leader.KeyPrefix));

        Assert.That(await Leads(follower), Is.False);
        Assert.That(await Numbers(follower, "watcher"), Is.EqualTo(new[] { "leading" }));
        Assert.That(await Numbers(follower, "deliveries"), Is.Empty);
        Assert.That(
            await Numbers(follower, "store"), Is.EqualTo(new[] { "revision", "usedBytes" }),
            "etcd before 3.6 does not tell what is left");
    }

    private static async Task<bool> Leads(KvHost host) =>
        (await host.ReadinessCheck("watcher")).GetProperty("data").GetProperty("leading").GetBoolean();

    private static async Task<IEnumerable<string>> Numbers(KvHost host, string check) =>
        Expect.Members((await host.ReadinessCheck(check)).GetProperty("data"));
}
