using System.Security.Cryptography.X509Certificates;
using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Tls;

/// <summary>
/// When Kv calls a server over TLS, it calls no other server: it does not fetch from the addresses in the certificate,
/// and it does not use a proxy of the environment.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FetchingTests
{
    private readonly WebhookReceiver _canary = WebhookReceiver.Start();
    private readonly TemporaryDirectory _data = new();
    private X509Certificate2 _certificate = null!;
    private WebhookReceiver _server = null!;

    [SetUp]
    public void Start()
    {
        _certificate = IncompleteCertificate.Create(_canary.Uri);
        _server = WebhookReceiver.Start(certificate: _certificate);
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        await _canary.DisposeAsync();
        _certificate.Dispose();
        _data.Dispose();
    }

    [Test]
    public async Task A_webhooks_receiver()
    {
        await using var kv = KvProcess.Start([.. Embedded, .. Proxies]);
        var client = await kv.Client();
        foreach (var endpoint in new[] { _server.Uri, new Uri($"https://localhost:{_server.Port}/") })
        {
            var ping = await Ping(client, endpoint);

            Assert.That(ping.Json.GetProperty("error").GetString(), Does.StartWith("TLS failed"));
        }
        Assert.That(_server.AcceptedConnections, Is.EqualTo(2));
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task A_webhooks_receiver_in_plain_HTTP()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var kv = KvProcess.Start([.. Embedded, .. Proxies]);

        Assert.That(
            (await Ping(await kv.Client(), receiver.Uri)).Json.GetProperty("status").GetInt32(), Is.EqualTo(200));
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task Etcd()
    {
        await using var kv = KvProcess.Start(
            [("STORE", "etcd"), ("ETCD_ENDPOINTS", $"https://localhost:{_server.Port}"), .. Proxies]);

        Assert.That((await (await kv.Client()).Get("k")).Status, Is.EqualTo(503));
        await Eventually.Holds(() => _server.AcceptedConnections >= 2, "the first connection was given up");
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task The_issuer_of_tokens()
    {
        await using var kv = KvProcess.Start(
            [.. Embedded, ("AUTH", "jwt"), ("JWT_AUTHORITY", $"https://localhost:{_server.Port}"),
                ("JWT_AUDIENCE", TokenIssuer.Audience)]);
        var client = new KvClient(await kv.Http(), "n", "a")
        {
            Credential = TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")),
        };

        Assert.That((await client.Get("k")).Status, Is.EqualTo(503));
        Assert.That(_server.AcceptedConnections, Is.Positive);
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [TestCase("grpc")]
    [TestCase("http/protobuf")]
    public async Task The_telemetry_collector(string protocol)
    {
        await using var kv = KvProcess.Start(
            [
                .. Embedded, ("OTEL_EXPORTER_OTLP_ENDPOINT", $"https://localhost:{_server.Port}"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
                ("OTEL_METRIC_EXPORT_INTERVAL", "100"), ("OTEL_TRACES_EXPORTER", "none"),
            ]);
        await kv.Started();

        await Eventually.Holds(() => _server.AcceptedConnections >= 2, "the first connection was given up");
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task Kv_itself_when_its_health_is_asked_for()
    {
        File.WriteAllText(_data.File("cert.pem"), _certificate.ExportCertificatePem());
        File.WriteAllText(_data.File("key.pem"), _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        (string, string)[] settings =
            [.. Embedded, ("TLS_CERT_FILE", _data.File("cert.pem")), ("TLS_KEY_FILE", _data.File("key.pem")),
                ("PORT", $"{FreePort.Next()}")];
        await using var kv = KvProcess.Start(settings);
        await kv.Started();

        await KvProcess.Healthy(settings);

        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    private (string, string)[] Embedded => [("STORE", "embedded"), ("DATA_DIR", _data.File("data"))];

    private (string, string)[] Proxies =>
        [.. new[] { "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy" }.Select(
            name => (name, $"{_canary.Uri}"))];

    private static async Task<Answer> Ping(KvClient client, Uri endpoint)
    {
        var registered = await client.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{endpoint}}"}""");
        Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());
        return await client.Send(HttpMethod.Post, $"/webhooks/{registered.Json.GetProperty("id").GetString()}/ping");
    }
}
