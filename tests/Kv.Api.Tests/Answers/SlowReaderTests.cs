using System.Net.Sockets;
using System.Text;
using Kv.Api.Answers;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Answers;

/// <summary>Readers that ask for large answers and do not read them.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class SlowReaderTests(Engine engine)
{
    private const string Reads = """[{"op":"get","key":"large"}]""";

    private const int ValueBytes = 1024 * 1024;

    // In JSON each byte takes six. The answer is larger than the system's own buffers.
    private static readonly string Value = new('\u0001', ValueBytes);

    private static IEnumerable<string> Targets =>
    [
        "GET /kv/large", "GET /kv/large*", "GET /kv?limit=3", "GET /export", "GET /history/large",
        "GET /watch?since=SINCE", "GET /watch?since=SINCE&prefix=large", $"POST /bulk {Reads}",
        $$$"""POST /txn {"success":{{{Reads}}}}""",
    ];

    [TestCaseSource(nameof(Targets))]
    public async Task A_reader_that_takes_nothing_is_cut_off(string request)
    {
        await using var host = await Start(("ANSWER_STALL_SECONDS", "1"));
        var held = host.Services.GetRequiredService<HeldBytes>();

        var kv = new KvClient(host.Http, null, null);
        var since = Since(await kv.Get("small"));
        await PutLarge(kv);

        using var reader = await Ask(host, request.Replace("SINCE", since, StringComparison.Ordinal));
        await Eventually.Holds(() => held.Total > 0, "the answer waits for its reader");

        await Eventually.Holds(() => held.Total == 0, "its reader is cut off");
    }

    [Test]
    public async Task The_memory_of_all_answers_is_bounded_and_small_answers_go_on()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{2 * ValueBytes}"));
        var held = host.Services.GetRequiredService<HeldBytes>();
        var kv = new KvClient(host.Http, null, null);
        var other = new KvClient(host.Http, "other", null);
        Assert.That((await other.Put("large", Value)).Status, Is.EqualTo(200));
        for (var number = 0; number < 5; number++)
            Assert.That((await kv.Send(HttpMethod.Post, "/webhooks", Webhook)).Status, Is.EqualTo(201));
        using var first = await Ask(host, "GET /kv/large");
        using var second = await Ask(host, "GET /kv/large", "other");
        await Eventually.Holds(() => held.Total == 2 * ValueBytes, "two answers wait for their readers");

        var refused = await kv.Get("large");
        var bulk = await kv.Send(HttpMethod.Post, "/bulk", """[{"op":"get","key":"large"}]""");
        var webhooks = await kv.Send(HttpMethod.Get, "/webhooks");
        var small = await kv.Get("small");
        first.Dispose();
        await Eventually.Holds(() => held.Total < 2 * ValueBytes, "its reader is gone");

        Expect.Problem(refused, 503, "Too many large answers");
        Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));
        Expect.Problem(bulk, 503, "Too many large answers");
        Expect.Problem(webhooks, 503, "Too many large answers");
        Assert.That(small.Status, Is.EqualTo(200));
        Assert.That((await kv.Get("large")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Large_pages_without_values_wait_for_their_share_too()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{2 * ValueBytes}"), ("AUDIT", "store"),
            ("MAX_NAMESPACE_LEN", "100"), ("MAX_APPNAME_LEN", "100"));
        var held = host.Services.GetRequiredService<HeldBytes>();
        var kv = new KvClient(host.Http, null, null);
        var made = await kv.Send(HttpMethod.Post, "/webhooks", WebhookWithHeaders);
        Assert.That(made.Status, Is.EqualTo(201), made.ToString());
        for (var number = 0; number < 8; number++)
            Assert.That((await kv.Send(HttpMethod.Post, "/txn", Sets)).Status, Is.EqualTo(200));
        await Parallel.ForAsync(0, 400, async (number, _) =>
        {
            var tenant = new KvClient(host.Http, $"{number:D100}", new string('a', 100));
            Assert.That((await tenant.Put("k", "v")).Status, Is.EqualTo(200));
        });
        string[] targets =
        [
            "/admin/audit?namespace=default&app=default&limit=1000", "/tenants?limit=1000",
            $"/webhooks/{made.Json.GetProperty("id").GetString()}",
        ];
        foreach (var target in targets)
            Assert.That(
                (await kv.Send(HttpMethod.Get, target)).Body, Has.Length.GreaterThan(HeldBytes.MinCounted), target);
        Assert.That((await new KvClient(host.Http, "other", null).Put("large", Value)).Status, Is.EqualTo(200));
        using var first = await Ask(host, "GET /kv/large");
        using var second = await Ask(host, "GET /kv/large", "other");
        await Eventually.Holds(() => held.Total == 2 * ValueBytes, "two answers wait for their readers");

        foreach (var answer in await Task.WhenAll(targets.Select(target => kv.Send(HttpMethod.Get, target))))
            Expect.Problem(answer, 503, "Too many large answers");
    }

    [Test]
    public async Task The_slow_readers_of_a_tenant_leave_as_much_room_as_they_take()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{4 * ValueBytes}"));
        var held = host.Services.GetRequiredService<HeldBytes>();
        var kv = new KvClient(host.Http, null, null);
        var other = new KvClient(host.Http, "other", null);
        Assert.That((await other.Put("large", Value)).Status, Is.EqualTo(200));
        using var first = await Ask(host, "GET /kv/large");
        using var second = await Ask(host, "GET /kv/large");
        await Eventually.Holds(() => held.Total == 2 * ValueBytes, "two answers wait for their readers");
        var third = await kv.Get("large");
        var waiting = kv.Send(HttpMethod.Post, "/bulk", Reads);
        var ofOther = await other.Get("large");
        var bulkOfOther = await other.Send(HttpMethod.Post, "/bulk", Reads);

        Expect.Problem(third, 503, "Too many large answers");
        Assert.That(ofOther.Status, Is.EqualTo(200));
        Assert.That(bulkOfOther.Status, Is.EqualTo(200), "it does not wait behind the call of the other tenant");
        Expect.Problem(await waiting, 503, "Too many large answers");
    }

    private async Task<KvHost> Start(params (string Name, string? Value)[] settings)
    {
        var host = await KvHost.Start(engine, settings);
        var kv = new KvClient(host.Http, null, null);
        await PutLarge(kv);
        Assert.That((await kv.Put("small", "v")).Status, Is.EqualTo(200));
        return host;
    }

    [Test]
    public async Task The_memory_of_watches_is_bounded()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{3 * ValueBytes}"));
        var held = host.Services.GetRequiredService<HeldBytes>();
        var kv = new KvClient(host.Http, null, null);
        var other = new KvClient(host.Http, "other", null);
        var since = Since(await kv.Get("small"));
        await PutLarge(kv);
        await PutLarge(other);
        var target = $"GET /watch?since={since}";

        using var first = await Ask(host, target);
        await Eventually.Holds(() => held.Total > ValueBytes, "a watch holds a page for its reader");
        var second = await kv.Send(HttpMethod.Get, target[4..]);
        using var ofOther = await Ask(host, target, "other");
        await Eventually.Holds(() => held.Total > 2 * ValueBytes, "another tenant may take what is free");
        first.Dispose();
        ofOther.Dispose();

        Expect.Problem(second, 503, "Too many large answers");
        await Eventually.Holds(() => held.Total == 0, "a watch frees its memory when it ends");
    }

    [Test]
    public async Task A_live_watch_whose_tenant_holds_too_much_is_cut_off()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{2 * ValueBytes}"));
        var held = host.Services.GetRequiredService<HeldBytes>();
        var kv = new KvClient(host.Http, null, null);
        await using var watch = await EventReader.Open(host, kv, "?prefix=live");
        using var reader = await Ask(host, "GET /kv/large");
        await Eventually.Holds(() => held.Total == ValueBytes, "an answer waits for its reader");

        Assert.That((await kv.Put("live", Value)).Status, Is.EqualTo(200));

        while (await watch.Next() is { } seen)
            Assert.That(seen.Name, Is.Not.EqualTo("create"), "there is no room for the value");
    }

    private const string Endpoint = "http://127.0.0.1:9/";

    private static string Webhook { get; } =
        $$$"""{"key":"k","event":"*","endpoint":"{{{Endpoint}}}","payload":{"text":"{{{new string('v', 60_000)}}}"}}""";

    // The headers and the payload together are larger than an answer that needs no share.
    private static string WebhookWithHeaders { get; } = Webhook.Replace(
        "{\"key\":", $$$"""{"headers":{"A":"{{{Note}}}","B":"{{{Note}}}"},"key":""", StringComparison.Ordinal);

    private static string Note => new('h', 4_000);

    // The audit record of these names every key.
    private static string Sets { get; } =
        $$$"""{"success":[{{{string.Join(',', Enumerable.Range(0, 100).Select(Set))}}}]}""";

    private static string Set(int number) => $$"""{"op":"set","key":"{{number:D90}}","value":"v"}""";

    private static string Since(Answer answer) => answer.Header("KV-Revision")!;

    private static async Task PutLarge(KvClient kv) =>
        Assert.That((await kv.Put("large", Value)).Status, Is.EqualTo(200));

    private static async Task<Socket> Ask(KvHost host, string request, string space = "default")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
        };
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        var body = request.IndexOfAny(['[', '{']) is > 0 and var start ? request[start..] : "";
        var head = request[..^body.Length].Trim();
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"{head} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nKV-Namespace: {space}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        return socket;
    }
}
