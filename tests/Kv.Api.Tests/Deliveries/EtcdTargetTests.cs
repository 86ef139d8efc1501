using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Application.Access;
using Kv.Domain.Access;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Deliveries;

/// <summary>No webhook can call etcd, whose JSON gateway has Kv's own access, or another replica.</summary>
internal sealed class EtcdTargetTests
{
    private const string Secret = "of another tenant";

    private static readonly (string, string?)[] AllAllowed =
        [("WEBHOOK_TARGETS", "private"), ("WEBHOOK_TARGETS_ALLOW", "0.0.0.0/0,::/0"), ("AUTH", "apikey")];

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("127.0.0.2")]
    [TestCase("[::1]")]
    [TestCase("[::ffff:127.0.0.1]")]
    [TestCase("2130706433")]
    public async Task A_webhook_cannot_read_or_write_etcd(string host)
    {
        // All addresses of the machine lead to it.
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions { ListensOnAllAddresses = true });
        await using var kv = await KvHost.StartOver(etcd.Endpoint, AllAllowed);
        var victim = await Caller(kv, kv.NewTenant(), AccessVerbs.All);
        await victim.Put("k", Secret);
        var attacker = await Caller(kv, kv.NewTenant(), AccessVerbs.Webhooks);
        var place = EtcdKeys.Of(kv, victim, "k");
        var forged = $"/{kv.KeyPrefix}/apikeys/forged";
        var port = etcd.ClientUri.Port;
        string[] webhooks =
        [
            await Stored(etcd, kv, attacker, $"http://{host}:{port}/v3/kv/range", $$"""{"key":"{{Base64(place)}}"}"""),
            await Stored(etcd, kv, attacker, $"http://{host}:{port}/v3/kv/put", $$"""{"key":"{{Base64(forged)}}","value":"{{Base64("x")}}"}"""),
        ];

        foreach (var webhook in webhooks)
        {
            var ping = await attacker.Send(HttpMethod.Post, $"/webhooks/{webhook}/ping");
            Assert.That(
                ping.Body, Does.Contain("The target is not allowed: ").And.Not.Contain(Base64(Secret)).And.Not.Contain(
                    "revision"));
        }
        Assert.That(await EtcdKeys.Get(etcd, forged), Is.Null);
        if (host != "localhost")
            Expect.Problem(
                await attacker.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"http://{{host}}:{{port}}/v3/kv/range"}"""),
                400, "The target is not allowed: the address and port are this deployment's own", "endpoint");
    }

    [Test]
    public async Task Members_that_the_configuration_does_not_name_are_refused_too()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var kv = await KvHost.StartOver(cluster.Endpoints[0], AllAllowed);
        var attacker = await Caller(kv, kv.NewTenant(), AccessVerbs.Webhooks);

        foreach (var endpoint in cluster.Endpoints.Concat(cluster.PeerEndpoints))
            Expect.Problem(
                await attacker.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"http://{{endpoint}}/version"}"""),
                400, "The target is not allowed: the address and port are this deployment's own", "endpoint");
    }

    [Test]
    public async Task Another_replica_is_refused_as_soon_as_it_waits_for_the_lead()
    {
        var etcd = await SharedEtcd.Get();
        (string, string?)[] settings =
            [("BASE_KEY_PREFIX", KvHost.Unique("replicas")), ("MANAGEMENT_PORT", "0"), .. AllAllowed];
        await using var first = await KvHost.StartOver(etcd.Endpoint, settings);
        await using var second = await KvHost.StartOver(etcd.Endpoint, settings);
        await Eventually.Holds(
            async () => (await EtcdKeys.Keys(etcd, $"/{first.KeyPrefix}/locks/watcher/")).Length == 2,
            "both are in the queue");
        var caller = await Caller(first, first.NewTenant(), AccessVerbs.Webhooks);

        foreach (var address in new[] { second.Address, second.ManagementAddress })
            Expect.Problem(
                await caller.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{address}}livez"}"""),
                400, "The target is not allowed: the address and port are this deployment's own", "endpoint");
    }

    // As simple-golang-kv may have stored it, which did not check endpoints.
    private static async Task<string> Stored(
        EtcdServer etcd, KvHost kv, KvClient tenant, string endpoint, string payload)
    {
        var id = $"{Guid.NewGuid():D}";
        var json = $$"""
            {"id":"{{id}}","namespace":"{{tenant.Namespace}}","appName":"{{tenant.AppName}}","key":"k","event":"update","endpoint":"{{endpoint}}","method":"POST","payload":{{payload}},"add_event_data":false,"created_at":1700000000}
            """;
        await EtcdKeys.Put(
            etcd, $"/{kv.KeyPrefix}/webhooks/{tenant.Namespace}/{tenant.AppName}/{id}", Encoding.UTF8.GetBytes(json));
        return id;
    }

    private static async Task<KvClient> Caller(KvHost kv, KvClient tenant, AccessVerbs verbs)
    {
        var secret = ApiKeySecret.New();
        await kv.Services.GetRequiredService<IApiKeyRepository>().Add(
            ApiKey.Create(
                secret, new Grants(isAdministrator: false, [new Grant(tenant.Namespace!, tenant.AppName!, "", verbs)]),
                "test", createdAt: 0,
                expireAt: null),
            CancellationToken.None);
        kv.Services.GetRequiredService<ApiKeyAuthentication>().Forget();
        return new KvClient(kv.Http, tenant.Namespace, tenant.AppName) { Credential = secret.Reveal() };
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
