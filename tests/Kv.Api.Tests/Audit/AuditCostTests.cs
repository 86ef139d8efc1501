using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Audit;

/// <summary>The cost of audit records for etcd, by etcd's own metrics.</summary>
internal sealed class AuditCostTests
{
    private const int Changes = 60;

    [Test]
    public async Task A_write_and_its_record_are_one_transaction()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("AUDIT", "store"));
        var kv = host.NewTenant();
        await kv.Put("first", "v");
        var before = await Counted();

        for (var change = 0; change < Changes; change++)
            Assert.That((await kv.Put($"{change}", "v")).Status, Is.EqualTo(200));
        var after = await Counted();

        // The leader reads with each renewal of its lease whether it leads still.
        var proofs = after.Renewals - before.Renewals;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Calls - before.Calls, Is.EqualTo(Changes + proofs).Within(2));
            Assert.That(after.Leases - before.Leases, Is.LessThanOrEqualTo(2), "records of one minute share a lease");
            Assert.That(await kv.Trail(), Has.Length.EqualTo(Changes + 1));
        }

        async Task<(long Calls, long Renewals, long Leases)> Counted() =>
            (await etcd.PutsAndTransactions(), await etcd.Renewals(), await etcd.GrantedLeases());
    }
}
