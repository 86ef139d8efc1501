using System.Net;
using System.Net.Sockets;
using Kv.Api.Tests.Audit;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Gateway.Real;

/// <summary>
/// Callers get the same answers through a real gateway as from Kv itself, with the configuration in docs/gateways.md.
/// </summary>
[TestFixture("nginx", false)]
[TestFixture("HAProxy", false)]
[TestFixture("HAProxy", true)]
[TestFixture("YARP", false)]
[TestFixture("YARP", true)]
[TestFixture("Apache httpd", false)]
[TestFixture("Caddy", false)]
[TestFixture("Caddy", true)]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed class GatewayTests(string name, bool http2)
{
    private const string Base = "/kv-service";
    private const int ValueBytes = 2 * 1024 * 1024;

    private static readonly string[] AwkwardKeys =
    [
        "a/b", "a//b", "/a", "a/", "//", "..", "../a", "a/../b", ".", "./a", "a%b", "a%2Fb", "a%25b", "a b", "a+b",
        "a;b=c", "a?b=c", "a#b",
        "a&b=c", "a\\b", "ü/ключ/鍵/😀", "\"<>^`{|}[]", "~!$'()*,:@=",
    ];

    private KvHost _host = null!;
    private RealGateway _gateway = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _host = await KvHost.Start(
            Engine.Embedded, ("PATH_BASE", Base), ("TRUSTED_PROXIES", "127.0.0.1"), ("AUDIT", "store"),
            ("MAX_VALUE_SIZE", $"{2 * ValueBytes}"), ("WATCH_HEARTBEAT_SECONDS", "300"),
            ("HTTP2_CLEARTEXT", http2 ? "true" : "false"), (http2 ? "HTTP2_PORT" : "PORT", "0"));
        _gateway = await RealGateway.Start(name, http2 ? _host.Http2Address : _host.Address, http2);
        // Not the gateway's own address, so that the audit can show the difference.
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = FromAnotherAddress,
        })
        {
            BaseAddress = _gateway.Address,
        };
        await Eventually.Holds(
            async () => (await _http.GetAsync(new Uri($"{Base}/livez", UriKind.Relative))).IsSuccessStatusCode,
            $"{name} passes requests on");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _http?.Dispose();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task An_awkward_key_reaches_Kv_unchanged(
        [ValueSource(nameof(AwkwardKeys))] string key, [Values] bool encodedSlash)
    {
        var kv = Through();
        var path = $"{Base}/kv/{Encoded(key, encodedSlash)}";

        var set = await kv.Send(HttpMethod.Put, path, """{"value":"v"}""");
        var stored = await new KvClient(_host.Http, kv.Namespace, kv.AppName).Send(HttpMethod.Get, "/kv?limit=10");

        Assert.That(set.Status, Is.EqualTo(200), $"{set}\n{_gateway.Log}");
        Assert.That(
            stored.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()),
            Is.EqualTo(new[] { key }));
        Assert.That((await kv.Send(HttpMethod.Get, path)).Status, Is.EqualTo(200));
        Assert.That((await kv.Send(HttpMethod.Delete, path)).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task A_value_of_2_MiB_passes_in_both_directions()
    {
        var kv = Through();
        var value = new byte[ValueBytes];
        new Random(1).NextBytes(value);

        var set = await kv.Send(HttpMethod.Put, $"{Base}/kv/large", KvClient.Bytes(value, "application/octet-stream"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Base}/kv/large?raw", UriKind.Relative));
        request.Headers.Add("KV-Namespace", kv.Namespace);
        request.Headers.Add("KV-App-Name", kv.AppName);
        using var read = await _http.SendAsync(request);

        Assert.That(set.Status, Is.EqualTo(200), set.ToString());
        Assert.That(await read.Content.ReadAsByteArrayAsync(), Is.EqualTo(value));
    }

    [Test]
    public async Task An_event_arrives_at_once()
    {
        var kv = Through();
        await using var events = await EventReader.Open(_http, kv, pathBase: Base);

        await kv.Send(HttpMethod.Put, $"{Base}/kv/k", """{"value":"v"}""");

        Assert.That((await events.Next())?.ToString(), Is.EqualTo("create k=v"));
    }

    [Test]
    public async Task A_long_poll_ends_when_the_key_changes()
    {
        var kv = Through();
        var poll = kv.With(HttpMethod.Get, $"{Base}/kv/k?wait=60", null, ("If-None-Match", "\"0\""));

        await kv.Send(HttpMethod.Put, $"{Base}/kv/k", """{"value":"v"}""");

        Assert.That((await poll).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task The_next_page_is_reached_by_its_link()
    {
        var kv = Through();
        await kv.Send(HttpMethod.Put, $"{Base}/kv/a", """{"value":"v"}""");
        await kv.Send(HttpMethod.Put, $"{Base}/kv/b", """{"value":"v"}""");

        var first = await kv.Send(HttpMethod.Get, $"{Base}/kv?limit=1");
        var next = await kv.Send(HttpMethod.Get, first.Header("Link")!.Split('<', '>')[1]);

        Assert.That(next.Status, Is.EqualTo(200), next.ToString());
        Assert.That(next.Json.GetProperty("items")[0].GetProperty("key").GetString(), Is.EqualTo("b"));
    }

    [Test]
    public async Task The_audit_knows_the_callers_address()
    {
        var kv = Through();
        await kv.Send(HttpMethod.Put, $"{Base}/kv/k", """{"value":"v"}""");

        var records = await new KvClient(_host.Http, kv.Namespace, kv.AppName).Trail();

        Assert.That(records.Single().GetProperty("address").GetString(), Is.EqualTo("127.0.0.2"));
    }

    [Test]
    [Category(Categories.Long)]
    public async Task Swagger_UI_works()
    {
        await using var page = await SharedChromium.Open();

        await page.Go(new Uri(_gateway.Address, $"{Base}/swagger"));
        await page.Until("document.querySelector('.opblock-get [data-path=\"/kv/{key}\"]') !== null");

        Assert.That(page.Complaints, Is.Empty);
        Assert.That(page.Requested, Has.All.StartsWith($"{_gateway.Address}kv-service/").Or.StartsWith("data:"));
    }

    private KvClient Through() => new(_http, KvHost.Unique("n"), KvHost.Unique("a"));

    private static string Encoded(string key, bool encodedSlash) =>
        encodedSlash
            ? Uri.EscapeDataString(key)
            : Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal);

    private static async ValueTask<Stream> FromAnotherAddress(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
