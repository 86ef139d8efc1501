using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>simple-golang-kv and Kv read each other's data.</summary>
internal sealed class PredecessorDataTests
{
    private EtcdServer _etcd = null!;
    private KvHost _host = null!;
    private KvClient _kv = null!;

    [SetUp]
    public async Task UseTheSharedHost()
    {
        _host = await SharedHosts.Get(Engine.Etcd);
        _etcd = await SharedEtcd.Get();
        _kv = _host.NewTenant();
    }

    [Test]
    public async Task An_entry_without_a_name_hides_no_key()
    {
        await EtcdKeys.Put(_etcd, Path(""), "a folder of a graphical client"u8.ToArray());
        await EtcdKeys.Put(_etcd, Path("k"), "v"u8.ToArray());

        var all = await _kv.Send(HttpMethod.Get, "/kv/*");
        var page = await _kv.Send(HttpMethod.Get, "/kv");
        var export = await _kv.Send(HttpMethod.Get, "/export");
        var count = await _kv.Send(HttpMethod.Head, "/kv");

        Assert.That(
            all.Json.EnumerateArray().Select(one => one.GetProperty("key").GetString()), Is.EqualTo(new[] { "k" }));
        Assert.That(page.Json.GetProperty("items").GetArrayLength(), Is.EqualTo(1));
        Assert.That(export.Body, Does.Contain("\"k\"").And.Not.Contain("folder"));
        Assert.That(count.Header("KV-Count"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_value_without_a_lease_is_read()
    {
        await EtcdKeys.Put(_etcd, Path("user/42"), "Ada"u8.ToArray());

        Assert.That((await _kv.Get("user/42")).Body, Is.EqualTo("""{"key":"user/42","value":"Ada","ttl":null,"expire_at":null}"""));
    }

    [Test]
    public async Task A_value_with_a_lease_of_any_id_is_read_with_its_remaining_time()
    {
        var lease = await EtcdKeys.Grant(_etcd, 600);
        await EtcdKeys.Put(_etcd, Path("k"), "v"u8.ToArray(), lease);
        await EtcdKeys.Put(_etcd, Path("l"), "w"u8.ToArray(), lease);
        var expireAts = new HashSet<long>();
        long first = 0;

        await Eventually.Holds(
            async () =>
            {
                var read = (await _kv.Get("k")).Json;
                var ttl = read.GetProperty("ttl").GetInt64();
                first = first == 0 ? ttl : first;
                expireAts.Add(read.GetProperty("expire_at").GetInt64());
                expireAts.Add((await _kv.List("l")).Json[0].GetProperty("expire_at").GetInt64());
                return ttl <= first - 2;
            },
            "ttl shrinks");

        Assert.That(first, Is.InRange(560, 600));
        Assert.That(expireAts, Has.Count.EqualTo(1), "expire_at stays the same");
        Assert.That((await _kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("v"));
    }

    [Test]
    public async Task A_value_whose_foreign_lease_ends_disappears()
    {
        var lease = await EtcdKeys.Grant(_etcd, 2);
        await EtcdKeys.Put(_etcd, Path("k"), "v"u8.ToArray(), lease);
        Assert.That((await _kv.Get("k")).Status, Is.EqualTo(200));

        await Eventually.Holds(async () => (await _kv.Get("k")).Status == 404, "the key is gone");
    }

    [Test]
    public async Task Kv_writes_the_raw_value_under_the_predecessors_key()
    {
        await _kv.Post("user/42", "Ada 🎉");

        var entry = await EtcdKeys.Get(_etcd, Path("user/42"));

        Assert.That(Encoding.UTF8.GetString(entry!.Value.Value), Is.EqualTo("Ada 🎉"));
        Assert.That(entry.Value.Lease, Is.Zero);
    }

    [Test]
    public async Task A_value_with_a_ttl_has_a_lease_of_that_ttl()
    {
        await _kv.Put("k", "v", 600);

        var entry = await EtcdKeys.Get(_etcd, Path("k"));

        Assert.That(entry!.Value.Lease, Is.Not.Zero);
        Assert.That(await EtcdKeys.TimeToLive(_etcd, entry.Value.Lease), Is.InRange(560, 602));
    }

    [Test]
    public async Task Put_over_a_leased_value_of_the_predecessor_frees_it_of_the_lease()
    {
        var lease = await EtcdKeys.Grant(_etcd, 600);
        await EtcdKeys.Put(_etcd, Path("k"), "old"u8.ToArray(), lease);

        await _kv.Put("k", "new");

        Assert.That((await EtcdKeys.Get(_etcd, Path("k")))!.Value.Lease, Is.Zero);
        Assert.That((await _kv.Get("k")).Body, Is.EqualTo("""{"key":"k","value":"new","ttl":null,"expire_at":null}"""));
    }

    [Test]
    public async Task Delete_removes_the_entry_itself()
    {
        await EtcdKeys.Put(_etcd, Path("k"), "v"u8.ToArray());

        await _kv.Delete("k");

        Assert.That(await EtcdKeys.Get(_etcd, Path("k")), Is.Null);
    }

    [TestCase(new byte[] { 0xff, 0xfe, 0x00 })]
    [TestCase(new byte[] { 0xc3 })]
    [TestCase(new byte[] { 0xed, 0xa0, 0x80 })]
    public async Task A_binary_value_is_shown_as_base64_with_its_encoding(byte[] value)
    {
        await EtcdKeys.Put(_etcd, Path("k"), value);

        var read = (await _kv.Get("k")).Json;
        var listed = (await _kv.List("")).Json[0];

        foreach (var item in new[] { read, listed })
        {
            Assert.That(Expect.Members(item), Is.EqualTo(new[] { "key", "value", "encoding", "ttl", "expire_at" }));
            Assert.That(item.GetProperty("encoding").GetString(), Is.EqualTo("base64"));
            Assert.That(item.GetProperty("value").GetBytesFromBase64(), Is.EqualTo(value));
        }
    }

    [Test]
    public async Task A_key_that_Kv_would_not_write_is_still_read_listed_and_deleted()
    {
        await EtcdKeys.Put(_etcd, Path("tab\tin it"), "v"u8.ToArray());

        Assert.That((await _kv.Get("tab\tin it")).Status, Is.EqualTo(200));
        Assert.That((await _kv.List("tab")).Json.GetArrayLength(), Is.EqualTo(1));
        Assert.That((await _kv.Delete("tab\tin it")).Status, Is.EqualTo(204));
        Assert.That((await _kv.List("tab")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_key_that_is_not_UTF_8_does_not_hide_the_others()
    {
        await _kv.Post("a", "v");
        await _kv.Post("z", "v");
        var bad = Encoding.UTF8.GetBytes(Path("k")).Append((byte)0xff).ToArray();
        await _etcd.Call("kv/put", new { key = Convert.ToBase64String(bad), value = "dg==" });

        var listed = await _kv.List("");

        Assert.That(listed.Status, Is.EqualTo(200), listed.ToString());
        var keys = listed.Json.EnumerateArray().Select(item => item.GetProperty("key").GetString()).ToArray();
        Assert.That(keys, Does.Contain("a").And.Contain("z"));
    }

    private string Path(string key) => EtcdKeys.Of(_host, _kv, key);
}
