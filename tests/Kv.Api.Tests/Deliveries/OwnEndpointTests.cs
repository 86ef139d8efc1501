using System.Net;
using System.Net.NetworkInformation;
using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Even where every target is allowed, a webhook cannot reach Kv itself or the servers that Kv uses.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class OwnEndpointTests(Engine engine)
{
    private const string Refusal = "The target is not allowed: the address and port are this deployment's own";
    private const string Secret = "of another tenant";
    private const string GetIt = "\"method\":\"GET\"";

    private static readonly (string, string?)[] AllAllowed =
        [("WEBHOOK_TARGETS", "private"), ("WEBHOOK_TARGETS_ALLOW", "0.0.0.0/0,::/0"),
            ("WEBHOOK_RETRY_SCHEDULE", "10ms,10ms")];

    private static readonly string[] Spellings =
    [
        "127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "2130706433", "0x7f.1", "127.255.0.1", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ];

    [TestCaseSource(nameof(Spellings))]
    public async Task Kvs_own_port_is_refused_at_registration_however_it_is_spelled(string spelling)
    {
        var host = await SharedHosts.Get(engine, [("MANAGEMENT_PORT", "0"), .. AllAllowed]);
        var kv = host.NewTenant();

        foreach (var port in new[] { host.Address.Port, host.ManagementAddress.Port })
            Expect.Problem(
                await Register(kv, $"http://{spelling}:{port}/kv/k"), 400, Refusal, "endpoint",
                "this deployment's own");
    }

    [Test]
    public async Task Kvs_port_is_refused_at_every_address_of_the_machine()
    {
        await using var host = await KvHost.Start(engine, [("LISTEN_ADDRESS", "*"), .. AllAllowed]);
        var kv = new KvClient(host.Http, new Uri($"http://127.0.0.1:{host.Address.Port}"), "n", "a");
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal).ToList();

        Assert.That(addresses, Is.Not.Empty);
        foreach (var address in addresses)
            Expect.Problem(
                await Register(kv, $"http://{new IPEndPoint(address, host.Address.Port)}/kv/k"), 400, null, "endpoint",
                "The target is not allowed: ");
    }

    // The endpoint is a host name, whose address Kv checks when it connects.
    [Test]
    public async Task Another_tenant_is_not_read_through_Kvs_own_port()
    {
        var host = await SharedHosts.Get(
            engine, [("DEFAULT_NAMESPACE", "victim"), ("MANAGEMENT_PORT", "0"), .. AllAllowed]);
        await new KvClient(host.Http, "victim", null).Put("k", Secret);
        var kv = host.NewTenant();

        foreach (var url in new[]
                 {
                     $"http://localhost:{host.Address.Port}/kv/k",
                     $"http://localhost:{host.ManagementAddress.Port}/metrics",
                 })
        {
            var ping = await Ping(kv, await Registered(kv, url, GetIt));

            Assert.That(ping.Body, Does.Contain(Refusal).And.Not.Contain(Secret).And.Not.Contain("# TYPE"), url);
        }
    }

    [Test]
    public async Task A_webhook_that_was_registered_before_Kv_listened_there_reaches_nothing()
    {
        using var data = new TemporaryDirectory();
        var port = FreePort.Next();
        (string, string?)[] settings =
            [("DATA_DIR", data.Path), ("BASE_KEY_PREFIX", KvHost.Unique("own")), .. AllAllowed];
        string webhook;
        await using (var before = await KvHost.Start(engine, settings))
            webhook = await Registered(new KvClient(before.Http, "n", "a"), $"http://127.0.0.1:{port}/livez", GetIt);
        await using var host = await KvHost.Start(engine, [.. settings, ("PORT", $"{port}")]);

        Assert.That((await Ping(new KvClient(host.Http, "n", "a"), webhook)).Body, Does.Contain(Refusal));
    }

    [Test]
    public async Task Webhooks_that_write_the_keys_they_watch_do_not_loop()
    {
        await using var host = await KvHost.Start(engine, AllAllowed);
        await using var proxy = TcpProxy.To($"127.0.0.1:{host.Address.Port}");
        var kv = new KvClient(host.Http, null, null);
        const string write = "\"method\":\"PUT\",\"payload\":{\"value\":\"turned\"},\"event\":\"*\"";
        // Only the headers of the call show that the proxy leads back to Kv.
        string[] webhooks =
        [
            await Registered(kv, $"{proxy.Uri}kv/b", $"{write},\"key\":\"a\""),
            await Registered(kv, $"{proxy.Uri}kv/a", $"{write},\"key\":\"b\""),
        ];

        await kv.Put("a", "begun");
        await Eventually.Holds(
            async () => (await Failed(kv, webhooks[0])).Contains("\"status\":508", StringComparison.Ordinal),
            "the call is refused");

        Assert.That((await kv.Get("b")).Status, Is.EqualTo(404));
        Assert.That((await kv.Get("a")).Body, Does.Contain("begun"));
        var ping = await Ping(kv, webhooks[1]);
        Assert.That(ping.Json.GetProperty("status").GetInt32(), Is.EqualTo(508));
        Assert.That(
            ping.Json.GetProperty("answer").GetString(),
            Does.Contain("\"status\":508").And.Contain("Kv's own webhooks"));
    }

    [TestCase("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [TestCase("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")]
    [TestCase("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")]
    [TestCase("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT")]
    public async Task The_collector_is_refused(string variable)
    {
        await using var collector = WebhookReceiver.Start();
        await using var host = await KvHost.Start(
            engine,
            [KvHost.WithTelemetry, (variable, $"http://localhost:{collector.Port}/v1"), .. AllAllowed]);
        var kv = host.NewTenant();

        Expect.Problem(await Register(kv, $"http://localhost:{collector.Port}/"), 400, Refusal);
        Expect.Problem(await Register(kv, $"http://127.0.0.1:{collector.Port}/"), 400, Refusal);
        await using var proxy = WebhookReceiver.Start();
        Assert.That(
            (await Register(kv, $"http://127.0.0.1:{proxy.Port}/")).Status, Is.EqualTo(201),
            "the port beside it is not");
    }

    [Test]
    public async Task The_issuer_of_tokens_and_the_host_of_its_keys_are_refused()
    {
        await using var keys = WebhookReceiver.Start();
        await using var issuer = WebhookReceiver.Start();
        keys.Answer = _ => ReceiverAnswer.Status(200, TokenIssuer.KeySet());
        issuer.Answer = _ => ReceiverAnswer.Status(
            200, $$"""{"issuer":"{{TokenIssuer.Name}}","jwks_uri":"http://127.0.0.1:{{keys.Port}}/keys"}""");
        await using var host = await KvHost.Start(
            engine,
            [("AUTH", "jwt"), ("JWT_AUTHORITY", $"http://127.0.0.1:{issuer.Port}"),
                ("JWT_AUDIENCE", TokenIssuer.Audience), .. AllAllowed]);
        var tenant = host.NewTenant();
        var kv = new KvClient(host.Http, tenant.Namespace, tenant.AppName)
        {
            Credential = TokenIssuer.Sign(TokenIssuer.Claims($"kv:{tenant.Namespace}/{tenant.AppName}:webhooks")),
        };

        foreach (var port in new[] { issuer.Port, keys.Port })
        {
            Expect.Problem(await Register(kv, $"http://127.0.0.1:{port}/"), 400, Refusal);
            var ping = await Ping(kv, await Registered(kv, $"http://localhost:{port}/", "\"method\":\"POST\""));
            Assert.That(ping.Body, Does.Contain(Refusal));
        }
        Assert.That(issuer.Requests.Concat(keys.Requests).Select(request => request.MessageId), Is.All.Null);
    }

    [Test]
    public async Task The_headers_that_name_a_tenant_are_reserved_as_they_are_configured()
    {
        var host = await SharedHosts.Get(
            engine, [("HEADER_NAMESPACE", "X-Space"), ("HEADER_APPNAME", "X-App"), .. AllAllowed]);
        var kv = new KvClient(host.Http, null, null);

        foreach (var name in new[] { "x-space", "X-App" })
            Expect.Problem(
                await Register(kv, "http://example.com/", $"\"headers\":{{\"{name}\":\"victim\"}}"), 400,
                $"Header '{name}' is reserved");
        // Where callers show no API keys, X-API-Key is the receiver's.
        await Registered(
            kv, "http://example.com/",
            "\"headers\":{\"KV-Namespace\":\"a\",\"X-API-Key\":\"b\",\"Authorization\":\"c\",\"Cookie\":\"d\"}");
    }

    private static Task<Answer> Register(KvClient kv, string endpoint, string members = GetIt) =>
        kv.Send(HttpMethod.Post, "/webhooks", Webhook(endpoint, members));

    private static Task<string> Registered(KvClient kv, string endpoint, string members) =>
        kv.Register(Webhook(endpoint, members));

    private static string Webhook(string endpoint, string members)
    {
        var trigger = members.Contains("\"key\"", StringComparison.Ordinal) ? "" : "\"key\":\"none\",\"event\":\"*\",";
        return $$"""{{{trigger}}"endpoint":"{{endpoint}}",{{members}}}""";
    }

    private static Task<Answer> Ping(KvClient kv, string webhook) =>
        kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/ping");

    private static async Task<string> Failed(KvClient kv, string webhook) =>
        (await kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=failed")).Body;
}
