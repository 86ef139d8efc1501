using System.Net.Sockets;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>The port for probes and metrics alone.</summary>
internal sealed class ManagementPortTests
{
    private static readonly (string Name, string? Value) Management = ("MANAGEMENT_PORT", "0");

    [TestCase("/livez")]
    [TestCase("/readyz")]
    [TestCase("/metrics")]
    public async Task Probes_and_metrics_are_on_this_port_and_not_on_the_callers_port(string path)
    {
        var host = await SharedHosts.Get(Engine.Embedded, Management, KvHost.WithTelemetry);

        Assert.That((await Ask(host.ManagementAddress, path)).Status, Is.EqualTo(200));
        Expect.Problem(await Ask(host.Address, path), 404, "Not Found");
    }

    [TestCase("GET", "/")]
    [TestCase("GET", "/kv")]
    [TestCase("GET", "/kv/k")]
    [TestCase("PUT", "/kv/k")]
    [TestCase("POST", "/bulk")]
    [TestCase("GET", "/watch")]
    [TestCase("GET", "/webhooks")]
    [TestCase("GET", "/export")]
    [TestCase("GET", "/swagger/index.html")]
    [TestCase("GET", "/console/")]
    [TestCase("GET", "/swagger/v1/swagger.json")]
    [TestCase("GET", "/livez/")]
    [TestCase("GET", "/livez/../kv")]
    [TestCase("GET", "/metrics/x")]
    public async Task No_other_route_is_there(string method, string path)
    {
        var host = await SharedHosts.Get(Engine.Embedded, Management, KvHost.WithTelemetry);
        var kv = new KvClient(host.Http, null, null);

        var answer = await RawHttp.Send(
            host.ManagementAddress, RawHttp.Request(method, path, kv, method is "PUT" or "POST" ? """{"value":"v"}"""u8.ToArray() : null));

        Expect.Problem(answer, 404, "Not Found");
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
    }

    [Test]
    public async Task The_Host_header_of_a_request_does_not_lead_to_the_management_port()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Management, KvHost.WithTelemetry);
        var kv = new KvClient(host.Http, null, null);

        var pretending = await RawHttp.Send(
            host.Address,
            RawHttp.Request(
                "GET", $"{host.ManagementAddress}metrics", kv, null,
                $"X-Forwarded-Host: {host.ManagementAddress.Authority}"));

        Assert.That(pretending.Status, Is.EqualTo(404).Or.EqualTo(400), pretending.ToString());
    }

    [Test]
    public async Task It_needs_no_credentials_and_has_no_path_base()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded, Management, ("AUTH", "apikey"), ("PATH_BASE", "/service"));

        Assert.That((await Ask(host.ManagementAddress, "/readyz")).Status, Is.EqualTo(200));
        Assert.That((await Ask(host.ManagementAddress, "/kv/k")).Status, Is.EqualTo(404));
        Assert.That((await Ask(host.Address, "/readyz")).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task It_answers_when_callers_have_taken_all_connections()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded, Management, KvHost.WithTelemetry, ("MAX_CONNECTIONS", "2"));
        using var first = await Taken(host.Address);
        using var second = await Taken(host.Address);
        using var beyond = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.That(
            () => beyond.GetAsync(new Uri(host.Address, "/kv")), Throws.InstanceOf<HttpRequestException>(),
            "callers have no more room");

        Assert.That((await Ask(host.ManagementAddress, "/readyz")).Status, Is.EqualTo(200));
        Assert.That((await Ask(host.ManagementAddress, "/metrics")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Requests_to_the_management_port_are_not_counted()
    {
        // A process of its own: the metrics count all requests of a process.
        using var data = new TemporaryDirectory();
        var management = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("MANAGEMENT_PORT", $"{management.Port}"));
        await (await kv.Client()).Get("k");
        await Ask(management, "/livez");
        await Ask(management, "/nothing");

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = management };
        await Eventually.Holds(
            async () => (await Scrape.Of(new KvClient(http, null, null)))
                .Sum("http_server_request_duration_seconds_count") is 1,
            "the caller's request is counted, and no other");
    }

    [Test]
    public async Task It_is_plain_where_callers_speak_TLS_and_the_health_verb_asks_there()
    {
        using var certificates = TestCertificates.Create();
        using var data = new TemporaryDirectory();
        var port = FreePort.Next();
        (string, string)[] settings =
        [
            ("TLS_CERT_FILE", certificates.ServerCertFile), ("TLS_KEY_FILE", certificates.ServerKeyFile),
            ("MANAGEMENT_PORT", $"{port}"),
        ];
        await using var kv = KvProcess.Start([("STORE", "embedded"), ("DATA_DIR", data.Path), .. settings]);
        Assert.That((await kv.Address()).Scheme, Is.EqualTo("https"));

        Assert.That((await Ask(new Uri($"http://127.0.0.1:{port}"), "/readyz")).Status, Is.EqualTo(200));
        Assert.That(await KvProcess.Healthy(settings), Does.Contain($"http://127.0.0.1:{port}/livez"));
        await Eventually.Holds(
            () => kv.Output.Contains($"Probes and metrics are at http://127.0.0.1:{port}", StringComparison.Ordinal),
            "the log names the port");
    }

    [Test]
    public async Task The_document_of_the_callers_port_does_not_show_the_probes()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Management, KvHost.WithTelemetry);

        var document = await Ask(host.Address, "/swagger/v1/swagger.json");

        Assert.That(
            document.Json.GetProperty("paths").EnumerateObject().Select(path => path.Name),
            Does.Contain("/kv").And.No.Member("/livez"));
    }

    [TestCase("-1", "0 to 65535")]
    [TestCase("65536", "0 to 65535")]
    [TestCase("http", "0 to 65535")]
    [TestCase("8080", "another port than PORT")]
    public async Task An_invalid_port_stops_the_start(string port, string allowed)
    {
        var (exitCode, output, error) = await KvProcess.Run([], ("PORT", "8080"), ("MANAGEMENT_PORT", port));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith($"Kv cannot start: MANAGEMENT_PORT is '{port}'").And.Contain(allowed));
    }

    [Test]
    public async Task A_port_in_use_ends_the_start_with_a_clear_error()
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        using var data = new TemporaryDirectory();

        var (exitCode, output, error) = await KvProcess.Run(
            [], ("STORE", "embedded"), ("DATA_DIR", data.Path), ("MANAGEMENT_PORT", $"{host.Address.Port}"));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(
            error,
            Does.StartWith("Kv cannot start: ").And.Contain("MANAGEMENT_PORT").And.Contain($"{host.Address.Port}"));
    }

    private static async Task<Answer> Ask(Uri address, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = address,
        };
        return await new KvClient(http, null, null).Send(HttpMethod.Get, path);
    }

    // The server has counted this connection, as it has answered on it.
    private static async Task<Socket> Taken(Uri address)
    {
        var connection = await RawHttp.Connect(address);
        await connection.SendAsync("GET /kv HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.That(await connection.ReceiveAsync(new byte[1024], patience.Token), Is.Positive);
        return connection;
    }
}
