using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>Several replicas over one cluster.</summary>
internal sealed class ReplicaTests
{
    [Test]
    public async Task A_replica_reads_the_writes_of_another()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var prefix = ("BASE_KEY_PREFIX", (string?)KvHost.Unique("test/"));
        await using var writer = await KvHost.StartOver(cluster.ClientUris[0].Authority, prefix);
        await using var reader = await KvHost.StartOver(cluster.ClientUris[1].Authority, prefix);
        var (write, read) = (new KvClient(writer.Http, "n", "a"), new KvClient(reader.Http, "n", "a"));
        await Eventually.Holds(async () => (await write.Put("k", "v")).Status == 200, "the cluster takes writes");

        for (var round = 0; round < 100; round++)
        {
            var revision = (await write.Put("k", $"{round}")).Header("KV-Revision")!;
            var answer = await read.With(
                HttpMethod.Get, "/kv/k", null, ("KV-Consistency", "serializable"), ("KV-Min-Revision", revision));
            Assert.That(answer.Json.GetProperty("value").GetString(), Is.EqualTo($"{round}"));
        }
    }
}
