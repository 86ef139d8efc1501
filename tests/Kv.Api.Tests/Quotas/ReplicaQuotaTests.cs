using System.Globalization;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>
/// Each replica counts the writes of the others, the changes that it missed, and the keys stored before its start.
/// </summary>
internal sealed class ReplicaQuotaTests
{
    private const int MaxKeys = 10;

    private readonly string _prefix = KvHost.Unique("test/");

    private (string, string?)[] Settings =>
        [("QUOTA_KEYS", $"{MaxKeys}"), ("QUOTA_BYTES", "1000000"), ("BASE_KEY_PREFIX", _prefix)];

    [Test]
    public async Task Writes_and_deletes_on_one_replica_change_the_usage_on_the_other_at_once()
    {
        var etcd = await SharedEtcd.Get();
        await using var first = await Start(etcd.Endpoint);
        await using var second = await Start(etcd.Endpoint);
        var (one, other) = (new KvClient(first.Http, "n", "a"), new KvClient(second.Http, "n", "a"));
        for (var number = 0; number < MaxKeys; number++)
            Assert.That((await (number % 2 == 0 ? one : other).Put($"k{number}", "v")).Status, Is.EqualTo(200));

        // The other replica's write may not have arrived yet: then this one write goes through, and no further one.
        await QuotaTest.Usage(one, MaxKeys, 3 * MaxKeys);
        QuotaTest.ExpectRefused(await one.Put("more", "v"), "keys", MaxKeys);
        await QuotaTest.Usage(other, MaxKeys, 3 * MaxKeys);
        QuotaTest.ExpectRefused(await other.Put("more", "v"), "keys", MaxKeys);

        for (var round = 0; round < 20; round++)
        {
            Assert.That((await one.Delete(round == 0 ? "k0" : $"new{round - 1}")).Status, Is.EqualTo(204));
            var written = await other.Put($"new{round}", "v");
            Assert.That(written.Status, Is.EqualTo(200), written.ToString());
        }
    }

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task A_starting_replica_counts_the_stored_keys(Engine engine)
    {
        using var directory = new TemporaryDirectory();
        await using (var before = await Open())
        {
            var kv = new KvClient(before.Http, "n", "a");
            for (var number = 0; number < MaxKeys; number++)
                Assert.That((await kv.Put($"k{number}", $"{number}", number == 0 ? 1 : 3600)).Status, Is.EqualTo(200));
            await kv.Put("k1", "a longer value");
            await kv.Delete("k2");
        }

        await using var after = await Open();
        var again = new KvClient(after.Http, "n", "a");

        await QuotaTest.Usage(again, MaxKeys - 2, (3 * (MaxKeys - 3)) + 16, TimeSpan.FromSeconds(40));
        Assert.That((await again.Put("k0", "v")).Status, Is.EqualTo(200));
        Assert.That((await again.Put("k2", "v")).Status, Is.EqualTo(200));
        QuotaTest.ExpectRefused(await again.Put("more", "v"), "keys", MaxKeys);

        async Task<KvHost> Open() => engine == Engine.Etcd
            ? await Start((await SharedEtcd.Get()).Endpoint)
            : await Ready(await KvHost.Start(engine, [("DATA_DIR", directory.Path), .. Settings]));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_replica_counts_again_after_the_store_compacted_changes_that_it_missed()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(etcd.Endpoint);
        await using var host = await Start(proxy.Endpoint);
        var kv = new KvClient(host.Http, "n", "a");
        await kv.Put("k0", "v");
        await kv.Put("k1", "v");
        await QuotaTest.Usage(kv, 2, 6);

        proxy.RefuseConnections();
        proxy.CutConnections();
        await etcd.Call("kv/deleterange", new { key = Convert.ToBase64String(Encoding.UTF8.GetBytes(Path("k0"))) });
        await EtcdKeys.Put(etcd, Path("k1"), "value"u8.ToArray());
        for (var number = 2; number < MaxKeys + 1; number++)
            await EtcdKeys.Put(etcd, Path(string.Create(CultureInfo.InvariantCulture, $"k{number}")), "v"u8.ToArray());
        await etcd.Compact(await etcd.CurrentRevision());
        Assert.That(await QuotaTest.Usage(kv), Is.EqualTo((2L, 6L)), "the last known usage");
        proxy.Forward();

        await QuotaTest.Usage(kv, MaxKeys, 7 + (3 * (MaxKeys - 1)) + 1, TimeSpan.FromSeconds(60));
        QuotaTest.ExpectRefused(await kv.Put("more", "v"), "keys", MaxKeys);

        string Path(string key) => $"/{_prefix}/kv/n/a/{key}";
    }

    [Test]
    public async Task A_replica_that_starts_without_its_store_is_not_ready_and_counts_later()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        proxy.RefuseConnections();
        await using var host = await KvHost.StartOver(proxy.Endpoint, Settings);
        var kv = host.NewTenant();

        var ready = await kv.Send(HttpMethod.Get, "/readyz");
        Assert.That(ready.Status, Is.EqualTo(503));
        Assert.That(
            ready.Json.GetProperty("checks").GetProperty("quota").GetProperty("detail").GetString(),
            Does.Contain("being counted"));
        var usage = await kv.Send(HttpMethod.Get, "/usage");
        Expect.Problem(usage, 503, "Usage not counted yet");
        Assert.That(usage.Header("Retry-After"), Is.Not.Null);

        proxy.Forward();
        await QuotaTest.Counted(host);
        Assert.That(await QuotaTest.Usage(kv), Is.EqualTo((0L, 0L)));
    }

    private async Task<KvHost> Start(string endpoint) => await Ready(await KvHost.StartOver(endpoint, Settings));

    private static async Task<KvHost> Ready(KvHost host)
    {
        await QuotaTest.Counted(host);
        return host;
    }
}
