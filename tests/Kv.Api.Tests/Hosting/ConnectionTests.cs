using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Kv.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kv.Api.Tests.Hosting;

/// <summary>The limits of connections.</summary>
internal sealed class ConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task An_unfinished_head_is_cut_off()
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("REQUEST_HEADERS_TIMEOUT_SECONDS", "1"));
        using var connection = await RawHttp.Connect(host.Address);

        await connection.SendAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray());
        var answer = await RawHttp.ReadAnswer(connection);

        Assert.That(answer.Status, Is.EqualTo(408), answer.ToString());
    }

    [Test]
    public async Task A_body_that_arrives_too_slowly_is_cut_off()
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("MIN_BODY_BYTES_PER_SECOND", "1000000"));
        var kv = host.NewTenant();
        using var connection = await RawHttp.Connect(host.Address);
        await connection.SendAsync(
            RawHttp.Request("PUT", "/kv/k", kv, null, "Content-Type: application/json", "Content-Length: 1000"));

        var answering = RawHttp.ReadAnswer(connection);
        await Drip(connection, answering);
        var answer = await answering;

        Expect.Problem(answer, 408, null);
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
    }

    [TestCase("100")]
    [TestCase("4096")]
    public async Task The_read_ahead_of_a_connection_is_bounded_and_has_room_for_a_head(string maxKeyLength)
    {
        await using var host = await KvHost.Start(Engine.Embedded, ("MAX_KEY_LEN", maxKeyLength));
        var limits = host.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        var most = Math.Max(64 * 1024, limits.MaxRequestHeadersTotalSize);

        // A client cannot see how much Kestrel reads, because of the system's own buffers.
        Assert.That(
            host.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value.MaxReadBufferSize,
            Is.EqualTo(most));
        Assert.That(limits.MaxRequestBufferSize, Is.EqualTo(most));
        Assert.That(limits.Http2.InitialConnectionWindowSize, Is.EqualTo(256 * 1024));
        Assert.That(limits.Http2.InitialStreamWindowSize, Is.EqualTo(64 * 1024));
        var key = new string('k', int.Parse(maxKeyLength, CultureInfo.InvariantCulture));
        Assert.That((await host.NewTenant().Put(key, "v")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task An_idle_connection_is_closed()
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("KEEP_ALIVE_TIMEOUT_SECONDS", "1"));
        using var fresh = await RawHttp.Connect(host.Address);
        using var used = await RawHttp.Connect(host.Address);
        await used.SendAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        Assert.That((await RawHttp.ReadAnswer(used)).Status, Is.EqualTo(200), "and then the connection ends");
        Assert.That(await IsClosed(fresh), Is.True);
    }

    [Test]
    public async Task Connections_beyond_the_limit_are_closed_and_the_open_ones_go_on()
    {
        await using var host = await KvHost.Start(Engine.Embedded, ("MAX_CONNECTIONS", "3"));
        var open = new List<Socket>();
        try
        {
            for (var number = 0; number < 3; number++)
            {
                open.Add(await RawHttp.Connect(host.Address));
                await open[number].SendAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
                await Receive(open[number]);
            }
            using (var beyond = await RawHttp.Connect(host.Address))
                Assert.That(await IsClosed(beyond), Is.True);
            await open[0].SendAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            Assert.That(await Receive(open[0]), Does.StartWith("HTTP/1.1 200"));

            open[0].Dispose();
            await Eventually.Holds(
                async () => (await host.Http.GetAsync(new Uri("/livez", UriKind.Relative))).IsSuccessStatusCode,
                "there is room again");
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }
    }

    [Test]
    public async Task Kv_answers_beside_ten_thousand_idle_connections()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("KEEP_ALIVE_TIMEOUT_SECONDS", "3600"));
        var address = await kv.Address();
        var client = await kv.Client();
        Assert.That((await client.Put("k", "v")).Status, Is.EqualTo(200));
        var before = kv.PeakMemory();
        var idle = new List<Socket>();
        try
        {
            for (var number = 0; number < Affordable(); number++)
                idle.Add(await RawHttp.Connect(address));
            await Eventually.Holds(
                async () => (await Scrape.Of(client)).Sum("kestrel_active_connections") > idle.Count,
                "it holds them all", Patience);

            Assert.That((await client.Get("k")).Status, Is.EqualTo(200));
            using var newcomer = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
            Assert.That((await new KvClient(newcomer, "process", "tests").Get("k")).Status, Is.EqualTo(200));
            TestContext.Out.WriteLine(
                $"{idle.Count} connections; peak memory {before} before, {kv.PeakMemory()} with them");
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }
    }

    [TestCase(431)]
    [TestCase(414)]
    public async Task A_head_that_is_too_large_is_refused_by_the_server(int status)
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        var kv = host.NewTenant();
        var request = status == 431
            ? RawHttp.Request("GET", "/kv/k", kv, null, $"X-Large: {new string('x', 64 * 1024)}")
            : RawHttp.Request("GET", $"/kv/{new string('x', 64 * 1024)}", kv);

        var answer = await RawHttp.Send(host.Address, request);

        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Body, Is.Empty);
    }

    [Test]
    public async Task The_longest_key_can_be_named_in_a_path()
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("MAX_KEY_LEN", "4096"));
        var kv = host.NewTenant();
        var key = string.Concat(Enumerable.Repeat("🎉", 4096));

        Assert.That((await kv.Put(key, "v")).Status, Is.EqualTo(200));
        await kv.Put("a", "v");
        await kv.Put($"{key[..^2]}b", "v");
        var first = await kv.Send(HttpMethod.Get, $"/kv?limit=1&prefix={Uri.EscapeDataString(key[..100])}");
        var next = await kv.Send(HttpMethod.Get, first.Header("Link")!.Split('<', '>')[1]);

        Assert.That(next.Status, Is.EqualTo(200), next.ToString());
        Assert.That(next.Json.GetProperty("items").GetArrayLength(), Is.EqualTo(1));
    }

    private static async Task Drip(Socket connection, Task until)
    {
        try
        {
            for (var sent = 0; sent < 900 && !until.IsCompleted; sent++)
            {
                await connection.SendAsync(" "u8.ToArray());
                await Task.WhenAny(until, Task.Delay(100));
            }
        }
        catch (SocketException)
        {
            // The server closed the connection during the send.
        }
    }

    private static async Task<string> Receive(Socket connection)
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[16 * 1024];
        return Encoding.Latin1.GetString(buffer, 0, await connection.ReceiveAsync(buffer, patience.Token));
    }

    private static async Task<bool> IsClosed(Socket connection)
    {
        try
        {
            return await Receive(connection) == "";
        }
        catch (SocketException)
        {
            return true;
        }
    }

    // This process holds the client ends and the files of the tests beside it. .NET raises the limit as far as it may,
    // here and in Kv.
    private static int Affordable()
    {
        var limit = File.Exists("/proc/self/limits")
            ? File.ReadLines("/proc/self/limits")
                .First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]
            : "1024";
        var files = limit == "unlimited" ? long.MaxValue : long.Parse(limit, null);
        return files >= 15_000 ? 10_000 : files >= 10_000 ? 5_000 : 300;
    }
}
