using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Health;

/// <summary>What <c>/readyz</c> tells of a replica that is well while another one leads.</summary>
internal sealed class FollowerReadinessTests
{
    [Test]
    public async Task It_does_not_lead_and_has_no_numbers_of_a_watch_or_of_deliveries()
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
