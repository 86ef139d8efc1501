using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Transactions that only compare.</summary>
internal sealed class CompareOnlyTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task A_partitioned_member_does_not_evaluate_compares(
        CancellationToken cancellationToken)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = EtcdStores.OpenImpatient(cluster.ClientUris[0]);
        await using var all = EtcdStores.Open(cluster.ClientUris);
        await all.Put("a");
        var compares = new Transaction(
            [Compare.Exists(StoreKey.FromText("a")), Compare.Absent(StoreKey.FromText("b"))], []);
        Assert.That((await store.Do(compares)).Succeeded, Is.True);

        cluster.Members[1].Pause();
        cluster.Members[2].Pause();

        Assert.That(async () => await store.Do(compares), Throws.TypeOf<StoreUnavailableException>());
    }
}
