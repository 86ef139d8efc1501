using Kv.Testing;

namespace Kv.Infrastructure.Tests.Testing;

/// <summary>The faults that the tests inject into a cluster of three members.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class EtcdClusterTests
{
    private static readonly object Put = new { key = "a2V5", value = "dmFsdWU=" };

    [Test]
    public async Task A_leader_that_is_cut_off_from_its_peers_is_replaced_and_comes_back()
    {
        await using var cluster = await EtcdCluster.StartAsync(withPeerLinks: true);
        var leader = (await cluster.Leader())!;
        var id = await leader.MemberId();
        var others = cluster.Members.Where(member => member != leader).ToList();

        foreach (var other in others)
        {
            cluster.Peers!.Link(id, other).BlackHole();
            cluster.Peers.Link(await other.MemberId(), leader).BlackHole();
        }

        await Eventually.Holds(
            async () => await Leader(others[0]) is { } now && now != "0" && now != Decimal(id), "another member leads");
        await others[0].Call("kv/put", Put);
        cluster.Peers!.Forward();
        await Eventually.Holds(
            async () => await leader.CurrentRevision() == await others[0].CurrentRevision(),
            "the old leader has the write");
    }

    [Test]
    public async Task A_replaced_member_has_the_data_of_the_others()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await cluster.Members[0].Call("kv/put", Put);
        var before = await cluster.Members[1].MemberId();

        await cluster.Replace(cluster.Members[1]);

        Assert.That(await cluster.Members[1].MemberId(), Is.Not.EqualTo(before));
        Assert.That(await cluster.Members[1].CurrentRevision(), Is.EqualTo(2));
    }

    private static async Task<string?> Leader(EtcdServer member)
    {
        var status = await member.Call("maintenance/status", new { });
        return status.TryGetProperty("leader", out var leader) ? leader.GetString() : null;
    }

    private static string Decimal(ulong id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
