using System.Net.Sockets;
using System.Text;
using Kv.Api.Answers;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Answers;

/// <summary>Readers that ask for much and take nothing.</summary>
internal sealed class SlowReaderTests
{
    private const int ValueBytes = 1024 * 1024;

    // In JSON each byte takes six: more than the system's own buffers take.
    private static readonly string Value = new('\u0001', ValueBytes);

    private static IEnumerable<string> Targets =>
    [
        "GET /kv/large", "GET /kv/large*", "GET /kv?limit=3", "GET /export", "GET /history/large",
    ];

    [TestCaseSource(nameof(Targets))]
    public async Task One_that_takes_nothing_is_cut_off(string request)
    {
        await using var host = await Start(("ANSWER_STALL_SECONDS", "1"));
        var unsent = host.Services.GetRequiredService<UnsentBytes>();

        using var reader = await Ask(host, request);
        await Eventually.Holds(() => unsent.Held > 0, "the answer waits for its reader");

        await Eventually.Holds(() => unsent.Held == 0, "its reader is cut off");
    }

    [Test]
    public async Task What_answers_hold_together_is_bounded_and_small_ones_go_on()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{2 * ValueBytes}"));
        var unsent = host.Services.GetRequiredService<UnsentBytes>();
        var kv = new KvClient(host.Http, null, null);
        var other = new KvClient(host.Http, "other", null);
        Assert.That((await other.Put("large", Value)).Status, Is.EqualTo(200));
        using var first = await Ask(host, "GET /kv/large");
        using var second = await Ask(host, "GET /kv/large", "other");
        await Eventually.Holds(() => unsent.Held == 2 * ValueBytes, "two answers wait for their readers");

        var refused = await kv.Get("large");
        var bulk = await kv.Send(HttpMethod.Post, "/bulk", """[{"op":"get","key":"large"}]""");
        var small = await kv.Get("small");
        first.Dispose();
        await Eventually.Holds(() => unsent.Held < 2 * ValueBytes, "its reader is gone");

        Expect.Problem(refused, 503, "Too many large answers");
        Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));
        Expect.Problem(bulk, 503, "Too many large answers");
        Assert.That(small.Status, Is.EqualTo(200));
        Assert.That((await kv.Get("large")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task The_slow_readers_of_a_tenant_leave_as_much_room_as_they_take()
    {
        await using var host = await Start(
            ("MAX_RESULT_BYTES", $"{ValueBytes}"), ("MAX_UNSENT_BYTES", $"{4 * ValueBytes}"));
        var unsent = host.Services.GetRequiredService<UnsentBytes>();
        var kv = new KvClient(host.Http, null, null);
        var other = new KvClient(host.Http, "other", null);
        Assert.That((await other.Put("large", Value)).Status, Is.EqualTo(200));
        const string Reads = """[{"op":"get","key":"large"}]""";

        using var first = await Ask(host, "GET /kv/large");
        using var second = await Ask(host, "GET /kv/large");
        await Eventually.Holds(() => unsent.Held == 2 * ValueBytes, "two answers wait for their readers");
        var third = await kv.Get("large");
        var waiting = kv.Send(HttpMethod.Post, "/bulk", Reads);
        var ofOther = await other.Get("large");
        var bulkOfOther = await other.Send(HttpMethod.Post, "/bulk", Reads);

        Expect.Problem(third, 503, "Too many large answers");
        Assert.That(ofOther.Status, Is.EqualTo(200));
        Assert.That(bulkOfOther.Status, Is.EqualTo(200), "it does not wait behind the call of the other tenant");
        Expect.Problem(await waiting, 503, "Too many large answers");
    }

    private static async Task<KvHost> Start(params (string Name, string? Value)[] settings)
    {
        var host = await KvHost.Start(Engine.Embedded, settings);
        var kv = new KvClient(host.Http, null, null);
        Assert.That((await kv.Put("large", Value)).Status, Is.EqualTo(200));
        Assert.That((await kv.Put("small", "v")).Status, Is.EqualTo(200));
        return host;
    }

    private static async Task<Socket> Ask(KvHost host, string request, string space = "default")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
        };
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"{request} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nKV-Namespace: {space}\r\n\r\n"));
        return socket;
    }
}
