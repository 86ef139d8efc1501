using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Reads that may be stale, with a near cache.</summary>
internal sealed class NearCacheTests
{
    [TestCase(Engine.Embedded)]
    [TestCase(Engine.Etcd)]
    public async Task A_read_with_a_required_revision_is_fresh_and_others_give_their_age(Engine engine)
    {
        await using var host = await KvHost.Start(engine, ("NEAR_CACHE_BYTES", "1000000"));
        var kv = host.NewTenant();
        for (var round = 0; round < 50; round++)
        {
            var written = await kv.Put("k", $"{round}");

            var fresh = await kv.With(
                HttpMethod.Get, "/kv/k", null, ("KV-Consistency", "serializable"),
                ("KV-Min-Revision", written.Header("KV-Revision")!));
            Assert.That(fresh.Json.GetProperty("value").GetString(), Is.EqualTo($"{round}"));

            var stale = await kv.With(HttpMethod.Get, "/kv/k", null, ("KV-Consistency", "serializable"));
            var revision = stale.Header("KV-Revision")!;
            Assert.That(
                (await kv.Send(HttpMethod.Get, $"/kv/k?revision={revision}")).Header("ETag"),
                Is.EqualTo(stale.Header("ETag")));
        }
    }
}
