using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>The cost of writes for etcd, by etcd's own metrics.</summary>
internal sealed class WriteCostTests
{
    private const int Callers = 128;
    private const int WritesOfEach = 40;

    [Test]
    public async Task Writes_at_once_share_rounds_of_consensus_and_leases()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint);
        var kv = host.NewTenant();
        await Write(ttl: null);

        var proposals = await etcd.CommittedProposals();
        await Write(ttl: null);
        var spent = await etcd.CommittedProposals() - proposals;

        var leases = await etcd.GrantedLeases();
        var seconds = (await Write(ttl: 3600)).Select(answer => answer.Json.GetProperty("expire_at").GetInt64())
            .Distinct().Count();
        var granted = await etcd.GrantedLeases() - leases;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (double)spent / (Callers * WritesOfEach), Is.LessThanOrEqualTo(0.05),
                $"{spent} rounds of consensus for each write");
            Assert.That(granted, Is.InRange(1, 2 * seconds), $"leases for {seconds} different deadlines");
        }

        async Task<IEnumerable<Answer>> Write(long? ttl)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
            {
                var each = new List<Answer>();
                for (var number = 0; number < WritesOfEach; number++)
                    each.Add(await kv.Put($"{caller}/{number}", "value", ttl));
                return each;
            }));
            Assert.That(answers.SelectMany(each => each).Select(answer => answer.Status), Is.All.EqualTo(200));
            return answers.SelectMany(each => each);
        }
    }
}
