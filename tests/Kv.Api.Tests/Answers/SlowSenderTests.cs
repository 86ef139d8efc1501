using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kv.Api.Answers;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Answers;

/// <summary>Senders that begin a body and do not finish it.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class SlowSenderTests(Engine engine)
{
    private const int ValueBytes = 1024 * 1024;
    private const string Json = "application/json";
    private const string Text = "text/plain";

    // With the bytes that the head declares beyond it, the longest value.
    private const int Missing = 100;

    private static readonly string Large = new('v', ValueBytes - Missing);

    // Each sender begins with so many bytes that the server's average rate allows an hour of silence.
    private static IEnumerable<TestCaseData> Begun =>
    [
        Case("PUT", "/kv/k", Text, Large),
        Case("PUT", "/kv/k", Text, "a few bytes"),
        Case("PUT", "/kv/k", Json, $$"""{"value":"{{Large}}"""),
        Case("POST", "/kv", Json, $$"""{"key":"k","value":"{{Large}}"""),
        Case("POST", "/bulk", Json, $$"""[{"op":"set","key":"k","value":"{{Large}}"""),
        Case("POST", "/txn", Json, $$"""{"success":[{"op":"set","key":"k","value":"{{Large}}"""),
        Case("POST", "/webhooks", Json, $$"""{"key":"k","payload":"{{Large}}"""),
        Case("POST", "/import", "application/x-ndjson", $$"""{"key":"k","value":"{{Large}}"""),
    ];

    [TestCaseSource(nameof(Begun))]
    public async Task A_silent_sender_is_answered_408_and_cut_off(
        string method, string path, string type, string start)
    {
        var host = await SharedHosts.Get(engine, ("ANSWER_STALL_SECONDS", "1"));
        var kv = host.NewTenant();
        using var sender = await Begin(host, kv, method, path, type, start);

        var answer = await RawHttp.ReadAnswer(sender);

        Expect.Problem(answer, 408, "Invalid input");
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
    }

    [Test]
    public async Task A_silent_import_ends_with_the_count_of_its_stored_lines()
    {
        var host = await SharedHosts.Get(engine, ("ANSWER_STALL_SECONDS", "1"));
        var kv = host.NewTenant();
        using var sender = await Begin(
            host, kv, "POST", "/import", "application/x-ndjson",
            """
            {"key":"a","value":"v"}
            {"key":"b","val
            """);

        var answer = await RawHttp.ReadAnswer(sender);

        Expect.Problem(answer, 408, "Invalid input");
        var import = answer.Json.GetProperty("import");
        Assert.That(import.GetProperty("written").GetInt32(), Is.EqualTo(1));
        Assert.That(import.GetProperty("error").GetProperty("line").GetInt32(), Is.EqualTo(2));
        Assert.That((await kv.Get("a")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_sender_that_is_too_slow_is_cut_off()
    {
        var host = await SharedHosts.Get(engine, ("ANSWER_STALL_SECONDS", "1"));
        var kv = host.NewTenant();
        using var sender = await Begin(host, kv, "PUT", "/kv/k", Text, Large);

        var answering = RawHttp.ReadAnswer(sender);
        while (await Task.WhenAny(answering, Task.Delay(100)) != answering)
            await sender.SendAsync("v"u8.ToArray());

        Expect.Problem(await answering, 408, "Invalid input");
    }

    [Test]
    public async Task The_memory_of_all_bodies_is_bounded_and_small_bodies_go_on()
    {
        await using var host = await KvHost.Start(
            engine, ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{2 * ValueBytes}"));
        var held = host.Services.GetRequiredKeyedService<HeldBytes>(AnswerServices.Bodies);
        var kv = host.NewTenant();
        var other = host.NewTenant();
        using var sender = await Begin(host, kv, "PUT", "/kv/k", Text, Large);
        await Eventually.Holds(() => held.Total >= Large.Length, "a body has arrived but for its end");

        var refused = await kv.Put("large", Large);
        var small = await kv.Put("small", "v");
        var ofOther = await other.Put("large", Large);
        sender.Dispose();
        await Eventually.Holds(() => held.Total == 0, "its sender is gone");

        Expect.Problem(refused, 503, "Too many large bodies");
        Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));
        Assert.That(small.Status, Is.EqualTo(200));
        Assert.That(ofOther.Status, Is.EqualTo(200), "another tenant may take what is free");
        Assert.That((await kv.Put("large", Large)).Status, Is.EqualTo(200));
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task A_large_body_arrives_over_either_version(int version)
    {
        await using var host = await KvHost.Start(
            engine, ("HTTP2_CLEARTEXT", "true"), ("HTTP2_PORT", "0"), ("MAX_RESULT_BYTES", $"{ValueBytes}"),
            ("MAX_UNSENT_BYTES", $"{ValueBytes}"));
        var kv = host.NewTenant();
        using var request = new HttpRequestMessage(
            HttpMethod.Put, new Uri(version == 1 ? host.Address : host.Http2Address, "/kv/k"))
        {
            Version = version == 1 ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent(Large, Encoding.UTF8, Text),
            Headers = { { "KV-Namespace", kv.Namespace }, { "KV-App-Name", kv.AppName } },
        };

        using var answer = await host.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo(Large));
    }

    [Test]
    public async Task A_declared_length_takes_no_memory()
    {
        const int senders = 300;
        using var data = new TemporaryDirectory();
        await using var process = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("DOTNET_GCHeapHardLimit", "0x8000000"));
        var kv = await process.Client();
        var address = await process.Address();
        var open = new List<Socket>();
        try
        {
            for (var number = 0; number < senders; number++)
            {
                open.Add(await RawHttp.Connect(address));
                await open[number].SendAsync(Head(kv, "PUT", $"/kv/k{number}", Text, ValueBytes, "v"));
            }
            await Eventually.Holds(
                async () => (await Scrape.Of(kv)).Sum("http_server_active_requests") > senders, "all have begun");

            Assert.That((await kv.Put("k", Large)).Status, Is.EqualTo(200));
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }
    }

    private static async Task<Socket> Begin(
        KvHost host, KvClient kv, string method, string path, string type, string start)
    {
        var connection = await RawHttp.Connect(host.Address);
        await connection.SendAsync(Head(kv, method, path, type, start.Length + Missing, start));
        return connection;
    }

    private static byte[] Head(KvClient kv, string method, string path, string type, int length, string start) =>
    [
        .. RawHttp.Request(
            method, path, kv, null, $"Content-Type: {type}",
            string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}")),
        .. Encoding.UTF8.GetBytes(start),
    ];

    private static TestCaseData Case(string method, string path, string type, string start) =>
        new TestCaseData(method, path, type, start).SetArgDisplayNames(method, path, type, $"{start.Length} bytes");
}
