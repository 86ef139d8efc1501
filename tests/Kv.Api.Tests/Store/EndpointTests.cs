using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>The ways to name an etcd and to authenticate with it.</summary>
internal sealed class EndpointTests
{
    [TestCase("{0}")]
    [TestCase("http://{0}")]
    [TestCase("http://{0}/")]
    [TestCase(" {0} , {0} ")]
    public async Task Etcd_may_be_named_with_a_scheme_or_without(string endpoints)
    {
        var etcd = await SharedEtcd.Get();
        await using var host = await KvHost.StartOver(string.Format(null, endpoints, etcd.Endpoint));

        await ReadsAndWrites(host);
    }

    [Test]
    public async Task Requests_succeed_when_a_member_dies_and_comes_back()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var host = await KvHost.StartOver(
            string.Join(',', cluster.Endpoints), ("STORE_TIMEOUT_SECONDS", "3"));
        var kv = host.NewTenant();
        await kv.Put("k", "before");

        foreach (var member in new[] { cluster.Members[0], (await cluster.Leader())! })
        {
            member.Kill();
            // A call during the election of the other members may fail. Afterwards every call succeeds.
            await Eventually.Holds(
                async () => (await kv.Put("k", "during")).Status == 200, "writes go on", TimeSpan.FromSeconds(30));
            for (var number = 0; number < 10; number++)
            {
                var put = await kv.Put($"{number}", "v", 600);
                Assert.That(put.Status, Is.EqualTo(200), put.ToString());
                Assert.That((await kv.Get($"{number}")).Status, Is.EqualTo(200));
            }
            await member.Restart();
        }
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("during"));
    }

    [TestCase("https://{0}")]
    [TestCase("{0}")]
    public async Task Etcd_with_tls_is_reached_by_the_three_files(string endpoint)
    {
        using var certificates = TestCertificates.Create();
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { Certificates = certificates });
        await using var host = await KvHost.StartOver(
            string.Format(null, endpoint, etcd.Endpoint),
            ("ETCD_CA_FILE", certificates.CaFile), ("ETCD_CERT_FILE", certificates.ClientCertFile),
            ("ETCD_KEY_FILE", certificates.ClientKeyFile));

        await ReadsAndWrites(host);
    }

    [Test]
    public async Task An_etcd_with_an_untrusted_certificate_is_503()
    {
        using var certificates = TestCertificates.Create();
        using var others = TestCertificates.Create();
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { Certificates = certificates });
        await using var host = await KvHost.StartOver(
            etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"),
            ("ETCD_CA_FILE", others.CaFile), ("ETCD_CERT_FILE", certificates.ClientCertFile),
            ("ETCD_KEY_FILE", certificates.ClientKeyFile));

        Expect.Problem(await host.NewTenant().Put("k", "v"), 503, "Store unavailable");
        Expect.Problem(await host.NewTenant().Get("k"), 503, "Store unavailable");
    }

    [Test]
    public async Task Etcd_with_authentication_works_with_the_right_password_and_a_wrong_one_is_503()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await etcd.EnableAuthentication("secret");
        await using var right = await KvHost.StartOver(
            etcd.Endpoint, ("ETCD_USERNAME", "root"), ("ETCD_PASSWORD", "secret"));
        await using var wrong = await KvHost.StartOver(
            etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"), ("ETCD_USERNAME", "root"), ("ETCD_PASSWORD", "mistaken"));
        await using var none = await KvHost.StartOver(etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"));

        await ReadsAndWrites(right);
        foreach (var host in new[] { wrong, none })
        {
            var kv = host.NewTenant();
            foreach (var answer
                in new[] { await kv.Put("k", "v"), await kv.Put("k", "v", 60), await kv.Get("k"), await kv.List("") })
            {
                Expect.Problem(answer, 503, "Store unavailable");
                Assert.That(answer.Body, Does.Not.Contain("mistaken"));
            }
            Assert.That(
                (int)(await host.Http.GetAsync(new Uri("/livez", UriKind.Relative))).StatusCode, Is.EqualTo(200));
            Assert.That(
                (int)(await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode, Is.EqualTo(503));
        }
    }

    [Test]
    public async Task An_etcd_user_needs_access_to_the_keys_of_Kv_only()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await etcd.EnableAuthentication("secret");
        await etcd.Call("auth/user/add", new { name = "kv", password = "modest" });
        await etcd.Call("auth/role/add", new { name = "kv" });
        await etcd.Call("auth/role/grant", new
        {
            name = "kv",
            perm = new
            {
                permType = "READWRITE",
                key = Convert.ToBase64String("/team/"u8),
                range_end = Convert.ToBase64String("/team0"u8),
            },
        });
        await etcd.Call("auth/user/grant", new { user = "kv", role = "kv" });

        await using var host = await KvHost.StartOver(
            etcd.Endpoint, ("BASE_KEY_PREFIX", "team"), ("ETCD_USERNAME", "kv"), ("ETCD_PASSWORD", "modest"));

        await ReadsAndWrites(host);
        Assert.That((int)(await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode, Is.EqualTo(200));
    }

    private static async Task ReadsAndWrites(KvHost host)
    {
        var kv = host.NewTenant();
        Assert.That((await kv.Put("k", "v", 600)).Status, Is.EqualTo(200));
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("v"));
        Assert.That((await kv.List("")).Json.GetArrayLength(), Is.EqualTo(1));
        Assert.That((await kv.Delete("k")).Status, Is.EqualTo(204));
    }
}
