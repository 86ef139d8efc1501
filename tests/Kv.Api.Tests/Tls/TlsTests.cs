using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Tls;

/// <summary>Kv with a certificate of its own, which is replaced while it runs.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TlsTests
{
    private TestCertificates _first = null!;
    private TestCertificates _second = null!;
    private TemporaryDirectory _directory = null!;

    private string CertFile => _directory.File("tls.crt");

    private string KeyFile => _directory.File("tls.key");

    [SetUp]
    public void MakeCertificates()
    {
        (_first, _second, _directory) =
            (TestCertificates.Create(), TestCertificates.Create(), new TemporaryDirectory());
        File.Copy(_first.ServerCertFile, CertFile);
        File.Copy(_first.ServerKeyFile, KeyFile);
    }

    [TearDown]
    public void RemoveThem()
    {
        _first.Dispose();
        _second.Dispose();
        _directory.Dispose();
    }

    [TestCase("1.1")]
    [TestCase("2.0")]
    public async Task Everything_works_over_TLS(string version)
    {
        await using var kv = Start();
        using var http = await Client(kv, _first, version);
        var client = new KvClient(http, "n", "a");

        var put = await client.Put("a/b", "v");
        var answer = await http.GetAsync(new Uri("/kv/a%2Fb", UriKind.Relative));
        using var slow = new StreamContent(new MemoryStream("""{"value":"w"}"""u8.ToArray())) { Headers = { { "Content-Type", "application/json" } } };

        Assert.That(put.Status, Is.EqualTo(200), put.ToString());
        Assert.That(answer.Version, Is.EqualTo(Version.Parse(version)));
        Assert.That((await client.Get("a/b")).Json.GetProperty("value").GetString(), Is.EqualTo("v"));
        Assert.That((await client.Send(HttpMethod.Put, "/kv/a%2Fb", slow)).Status, Is.EqualTo(200));
        Assert.That((await client.Get("..")).Status, Is.EqualTo(404));
        Assert.That(await kv.Terminate(), Is.Zero, kv.Error);
    }

    [TestCase("1.1", "/kv/k")]
    [TestCase("2.0", "/kv/k")]
    [TestCase("2.0", "/kv/k?raw")]
    [TestCase("2.0", "/kv/missing")]
    [TestCase("2.0", "/livez")]
    public async Task HEAD_has_the_headers_of_GET_and_no_body(string version, string path)
    {
        await using var kv = Start();
        using var http = await Client(kv, _first, version);
        await new KvClient(http, "default", "default").Put("k", "v");
        var uri = new Uri(path, UriKind.Relative);

        var get = await http.GetAsync(uri);
        using var request = new HttpRequestMessage(HttpMethod.Head, uri)
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        var head = await http.SendAsync(request);

        Assert.That(head.StatusCode, Is.EqualTo(get.StatusCode));
        Assert.That(head.Version, Is.EqualTo(Version.Parse(version)));
        Assert.That(head.Content.Headers.ContentType, Is.EqualTo(get.Content.Headers.ContentType));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
        Assert.That((await http.GetAsync(uri)).StatusCode, Is.EqualTo(get.StatusCode), "the connection goes on");
    }

    [Test]
    public async Task New_connections_see_the_new_certificate_and_old_ones_go_on()
    {
        await using var kv = Start();
        var address = await kv.Address();
        Assert.That(address.Scheme, Is.EqualTo("https"));
        var connections = 0;
        using var http = await Client(kv, _first, "1.1", () => connections++);
        var client = new KvClient(http, "n", "a");
        Assert.That((await client.Put("k", "v")).Status, Is.EqualTo(200));

        Replace(KeyFile, _second.ServerKeyFile);
        Replace(CertFile, _second.ServerCertFile);

        using var expected = _second.LoadServer();
        await Eventually.Holds(async () => await Shown(address) == expected.Thumbprint, "the new certificate is used");
        Assert.That((await client.Get("k")).Status, Is.EqualTo(200));
        Assert.That(connections, Is.EqualTo(1));
    }

    [Test]
    public async Task A_mismatched_pair_keeps_the_old_certificate_and_is_logged()
    {
        await using var kv = Start();
        var address = await kv.Address();
        using var old = _first.LoadServer();

        Replace(CertFile, _second.ServerCertFile);

        await Eventually.Holds(() => kv.Output.Contains("cannot be used", StringComparison.Ordinal), "it is logged");
        Assert.That(kv.Output, Does.Contain(CertFile).And.Contain("stay in use").And.Not.Contain("PRIVATE"));
        Assert.That(await Shown(address), Is.EqualTo(old.Thumbprint));
        Replace(KeyFile, _second.ServerKeyFile);
        using var expected = _second.LoadServer();
        await Eventually.Holds(async () => await Shown(address) == expected.Thumbprint, "the repaired pair is used");
    }

    [Test]
    public async Task The_server_sends_its_intermediate_certificates()
    {
        Replace(CertFile, _first.ChainedClientCertFile);
        Replace(KeyFile, _first.ChainedClientKeyFile);
        await using var kv = Start();

        Assert.That(await Chain(await kv.Address()), Has.Some.Contains("Kv test authority in between"));
    }

    [Test]
    public async Task The_health_verb_asks_over_TLS()
    {
        await using var kv = Start();
        (string, string)[] settings =
            [("PORT", $"{(await kv.Address()).Port}"), ("TLS_CERT_FILE", CertFile), ("TLS_KEY_FILE", KeyFile)];

        await KvProcess.Healthy(settings);
        await kv.Kill();
        var dead = await KvProcess.Run(["health"], settings);

        Assert.That(dead.ExitCode, Is.EqualTo(1), dead.Output);
        Assert.That(dead.Error, Does.Contain("https://").And.Contain("does not answer"));
    }

    [Test]
    public async Task A_plain_HTTP_request_is_not_answered()
    {
        await using var kv = Start();
        var address = await kv.Address();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        Assert.That(
            () => http.GetAsync(new Uri($"http://{address.Authority}/livez")),
            Throws.InstanceOf<HttpRequestException>());
        Assert.That(await Shown(address), Is.Not.Null, "and Kv goes on");
    }

    [TestCase("TLS_CERT_FILE", "/nowhere/tls.crt", "a file that exists")]
    [TestCase("TLS_KEY_FILE", "/nowhere/tls.key", "a file that exists")]
    [TestCase("TLS_KEY_FILE", "", "TLS_CERT_FILE and TLS_KEY_FILE go together")]
    [TestCase("TLS_RELOAD_SECONDS", "0", "1 to 3600")]
    public async Task Invalid_settings_stop_the_start(string name, string value, string allowed)
    {
        var (exitCode, output, error) = await KvProcess.Run(
            [], ("TLS_CERT_FILE", CertFile), ("TLS_KEY_FILE", KeyFile), (name, value));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain(name).And.Contain(allowed));
    }

    [Test]
    public async Task The_key_of_another_certificate_stops_the_start()
    {
        var (exitCode, output, error) = await KvProcess.Run(
            [], ("TLS_CERT_FILE", CertFile), ("TLS_KEY_FILE", _second.ServerKeyFile));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(
            error,
            Does.StartWith("Kv cannot start: TLS_KEY_FILE is ").And.Contain("of the certificate in TLS_CERT_FILE"));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }

    private void Replace(string file, string by) =>
        _directory.Replace(Path.GetFileName(file), File.ReadAllText(by));

    private KvProcess Start() => KvProcess.Start(
        ("STORE", "embedded"), ("DATA_DIR", _directory.File("data")), ("TLS_CERT_FILE", CertFile),
        ("TLS_KEY_FILE", KeyFile),
        ("TLS_RELOAD_SECONDS", "1"));

    private static async Task<HttpClient> Client(
        KvProcess kv, TestCertificates trusted, string version, Action? connected = null)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(trusted.LoadCa());
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            ConnectCallback = async (context, cancellationToken) =>
            {
                connected?.Invoke();
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = await kv.Address(),
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    // The certificate that a new connection gets.
    private static async Task<string?> Shown(Uri address)
    {
        string? thumbprint = null;
        await Handshake(address, (certificate, _) => thumbprint = certificate.Thumbprint);
        return thumbprint;
    }

    private static async Task<List<string>> Chain(Uri address)
    {
        List<string> sent = [];
        await Handshake(
            address,
            (_, chain) => sent.AddRange(chain.ChainPolicy.ExtraStore.Select(certificate => certificate.Subject)));
        return sent;
    }

    private static async Task Handshake(Uri address, Action<X509Certificate2, X509Chain> look)
    {
        using var socket = await RawHttp.Connect(address);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.None,
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                look((X509Certificate2)certificate!, chain!);
                return certificate is not null;
            },
        });
    }
}
