using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Abuse;

/// <summary>The ways that are tried.</summary>
internal static partial class Attacks
{
    private const string Json = "application/json";
    private const string TooManyLarge = "503 Too many large answers";
    private const string Invalid = "400 Invalid input";

    private static readonly byte[] Gets = Encoding.UTF8.GetBytes(
        $"[{string.Join(',', Enumerable.Repeat("""{"op":"get","key":"large"}""", 200))}]");

    private static readonly byte[] Transaction = Encoding.UTF8.GetBytes(
        $$"""{"success":[{{string.Join(',', Enumerable.Repeat("""{"op":"get","key":"large"}""", 100))}}]}""");

    private static readonly byte[] WrongOperations = Encoding.UTF8.GetBytes(
        $$"""{"success":[{{string.Concat(Enumerable.Repeat("{},", 1_300_000))}}{}]}""");

    private static readonly byte[] LargeBody = Encoding.UTF8.GetBytes(
        $"[{string.Join(',', Enumerable.Repeat($$"""{"op":"set","key":"k","value":"{{new string('v', 3_300)}}"}""", 10_000))}]");

    private static readonly byte[] LargeValue = Encoding.UTF8.GetBytes($$"""{"value":"{{new string('v', 1_000_000)}}"}""");

    public static IReadOnlyList<Attack> All { get; } =
    [
        new(
            "bulk of 200 gets of a large value", 8,
            (target, _, told, over) => Read(target, HttpMethod.Post, "/bulk", Gets, told, over)),
        new(
            "transaction of 100 gets of it", 8, (target, _, told, over) => Read(
                target, HttpMethod.Post, "/txn", Transaction, told, over), "413 Result too large"),
        new(
            "history of a key that never was", 50,
            (target, _, told, over) => Read(target, HttpMethod.Get, "/history/never", null, told, over)),
        new(
            "watch of a quiet key from the start", 50,
            (target, _, told, over) => Open(target, "/watch?key=quiet&since=1", told, over)),
        new("200 readers that take nothing", 200, Stall, TooManyLarge),
        new(
            "5 connections of HTTP/2 with 100 such readers each", 100 * AbuseTarget.Http2Connections, StallStream,
            TooManyLarge),
        new(
            "33 MB in a bulk", 4,
            (target, _, told, over) => Read(target, HttpMethod.Post, "/bulk", LargeBody, told, over), Invalid),
        new(
            "1.3 million wrong operations", 4,
            (target, _, told, over) => Read(target, HttpMethod.Post, "/txn", WrongOperations, told, over), Invalid),
        new("large writes with five dead webhooks", 2, Write),
        new("a new tenant with each request", 32, NameAnother),
    ];

    /// <summary>
    /// No attack: as many callers as most attacks have, each a tenant of its own, write and read small values as fast
    /// as they are answered.
    /// </summary>
    public static Attack Crowd { get; } = new("8 ordinary callers", 8, async (target, number, told, over) =>
    {
        var kv = new KvClient(target.Http, $"caller{number}", AbuseTarget.App);
        var from = ("X-Forwarded-For", $"198.51.100.{number}");
        told.Answered($"{(await kv.With(HttpMethod.Put, "/kv/k", KvClient.Json("""{"value":"v"}"""u8.ToArray()), from)).Status}");
        told.Answered($"{(await kv.With(HttpMethod.Get, "/kv/k", null, from)).Status}");
    });

    private static async Task Read(
        AbuseTarget target, HttpMethod method, string path, byte[]? body, Told told, CancellationToken over)
    {
        using var request = Request(method, path, body);
        using var answer = await target.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        if (answer.IsSuccessStatusCode)
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(over);
            await stream.CopyToAsync(Stream.Null, over);
        }
        told.Answered(await Name(answer, over));
    }

    // It leaves as soon as the watch is open.
    private static async Task Open(AbuseTarget target, string path, Told told, CancellationToken over)
    {
        using var request = Request(HttpMethod.Get, path, null);
        using var answer = await target.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        told.Answered(await Name(answer, over));
    }

    private static async Task Stall(AbuseTarget target, int number, Told told, CancellationToken over)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
        };
        await socket.ConnectAsync(target.Address.Host, target.Address.Port, over);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"GET /kv/large HTTP/1.1\r\nHost: {target.Address.Authority}\r\nKV-Namespace: "
                    + $"{AbuseTarget.AttackerSpace}\r\n"
                + $"KV-App-Name: {AbuseTarget.App}\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n"),
            over);
        var head = new byte[2048];
        var read = await socket.ReceiveAsync(head, over);
        var text = Encoding.ASCII.GetString(head, 0, read);
        var error = Error().Match(text);
        told.Answered(read == 0 ? "" : error.Success ? $"{text[9..12]} {error.Groups[1].Value}" : text[9..12]);
        await Task.Delay(Timeout.InfiniteTimeSpan, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task StallStream(AbuseTarget target, int number, Told told, CancellationToken over)
    {
        using var request = Request(HttpMethod.Get, "/kv/large", null);
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        using var answer = await target.Http2[number % target.Http2.Count]
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        told.Answered(await Name(answer, over));
        await Task.Delay(Timeout.InfiniteTimeSpan, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The five are there after the first attempts; further ones are refused.
    private static async Task Write(AbuseTarget target, int number, Told told, CancellationToken over)
    {
        var unheard = new Told();
        for (var webhook = 0; webhook < 5; webhook++)
            await Read(
                target, HttpMethod.Post, "/webhooks", """{"key":"w*","event":"*","endpoint":"http://127.0.0.1:9/","add_event_data":true}"""u8.ToArray(), unheard, over);
        for (var write = 0; write < 20; write++)
            await Read(target, HttpMethod.Put, $"/kv/w{number}", LargeValue, told, over);
    }

    private static async Task NameAnother(AbuseTarget target, int number, Told told, CancellationToken over)
    {
        using var request = Request(HttpMethod.Get, "/kv/k", null, KvHost.Unique("n"), "192.0.2.1");
        using var answer = await target.Http.SendAsync(request, over);
        told.Answered(await Name(answer, over));
    }

    private static async Task<string> Name(HttpResponseMessage answer, CancellationToken over)
    {
        if (answer.IsSuccessStatusCode)
            return $"{(int)answer.StatusCode}";
        return $"{(int)answer.StatusCode} "
            + $"{Error().Match(await answer.Content.ReadAsStringAsync(over)).Groups[1].Value}";
    }

    private static HttpRequestMessage Request(
        HttpMethod method, string path, byte[]? body, string space = AbuseTarget.AttackerSpace,
        string from = "192.0.2.2") =>
        new(method, new Uri(path, UriKind.Relative))
        {
            Headers = { { "KV-Namespace", space }, { "KV-App-Name", AbuseTarget.App }, { "X-Forwarded-For", from } },
            Content = body is null ? null : KvClient.Bytes(body, Json),
        };

    [GeneratedRegex("\"error\":\"([^\"]*)\"")]
    private static partial Regex Error();
}
