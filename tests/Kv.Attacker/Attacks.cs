using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kv.Attacker;

/// <summary>The attacks, all by one tenant unless they say otherwise.</summary>
public static partial class Attacks
{
    public const string Space = "attacker";
    public const string App = "abuse";

    private const string TooManyLarge = "503 Too many large answers";
    private const string Invalid = "400 Invalid input";

    private static readonly MediaTypeHeaderValue Json = new("application/json");

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
            (target, _, answered, over) => Read(target, HttpMethod.Post, "/bulk", Gets, answered, over)),
        new(
            "transaction of 100 gets of it", 8, (target, _, answered, over) => Read(
                target, HttpMethod.Post, "/txn", Transaction, answered, over), "413 Result too large"),
        new(
            "watch of a quiet key from the start", 50,
            (target, _, answered, over) => Open(target, "/watch?key=quiet&since=1", answered, over)),
        new(
            "history of a key that never was", 50,
            (target, _, answered, over) => Read(target, HttpMethod.Get, "/history/never", null, answered, over)),
        new("200 readers that take nothing", 200, Stall, TooManyLarge),
        new(
            "5 connections of HTTP/2 with 100 such readers each", 100 * Target.Http2Connections, StallStream,
            TooManyLarge),
        new(
            "33 MB in a bulk", 4,
            (target, _, answered, over) => Read(target, HttpMethod.Post, "/bulk", LargeBody, answered, over), Invalid),
        new(
            "1.3 million wrong operations", 4,
            (target, _, answered, over) => Read(
                target, HttpMethod.Post, "/txn", WrongOperations, answered, over), Invalid),
        new("replays of one webhook", 8, Replay),
        new("large writes", 2, WriteLarge),
        new("large writes with five dead webhooks", 2, Deliver),
        new("a new tenant with each request", 32, NameAnother),
    ];

    /// <summary>Finds an attack by its name.</summary>
    public static Attack Named(string name) => All.Append(Crowd).First(attack => attack.Name == name);

    /// <summary>
    /// No attack: as many callers as most attacks have, each a tenant of its own, write and read small values as fast
    /// as they are answered.
    /// </summary>
    public static Attack Crowd { get; } = new("8 ordinary callers", 8, async (target, number, answered, over) =>
    {
        var (space, from) = ($"caller{number}", $"198.51.100.{number}");
        await Send(target, Request(HttpMethod.Put, "/kv/k", """{"value":"v"}"""u8.ToArray(), space, from), answered, over);
        await Send(target, Request(HttpMethod.Get, "/kv/k", null, space, from), answered, over);
    });

    private static async Task Read(
        Target target, HttpMethod method, string path, byte[]? body, Action<string> answered, CancellationToken over)
    {
        using var request = Request(method, path, body);
        await Send(target, request, answered, over);
    }

    private static async Task Send(
        Target target, HttpRequestMessage request, Action<string> answered, CancellationToken over)
    {
        using var answer = await target.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        if (answer.IsSuccessStatusCode)
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(over);
            await stream.CopyToAsync(Stream.Null, over);
        }
        answered(await Name(answer, over));
    }

    // It leaves as soon as the watch is open.
    private static async Task Open(Target target, string path, Action<string> answered, CancellationToken over)
    {
        using var request = Request(HttpMethod.Get, path, null);
        using var answer = await target.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        answered(await Name(answer, over));
    }

    private static async Task Stall(Target target, int number, Action<string> answered, CancellationToken over)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
        };
        await socket.ConnectAsync(target.Address.Host, target.Address.Port, over);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"GET /kv/large HTTP/1.1\r\nHost: {target.Address.Authority}\r\nKV-Namespace: "
                    + $"{Space}\r\n"
                + $"KV-App-Name: {App}\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n"),
            over);
        var head = new byte[2048];
        var read = await socket.ReceiveAsync(head, over);
        var text = Encoding.ASCII.GetString(head, 0, read);
        var error = Error().Match(text);
        answered(read == 0 ? "" : error.Success ? $"{text[9..12]} {error.Groups[1].Value}" : text[9..12]);
        await Task.Delay(Timeout.InfiniteTimeSpan, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task StallStream(Target target, int number, Action<string> answered, CancellationToken over)
    {
        using var request = Request(HttpMethod.Get, "/kv/large", null);
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        using var answer = await target.Http2[number % target.Http2.Count]
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over);
        answered(await Name(answer, over));
        await Task.Delay(Timeout.InfiniteTimeSpan, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The five are there after the first attempts; further ones are refused.
    private static async Task Deliver(Target target, int number, Action<string> answered, CancellationToken over)
    {
        for (var webhook = 0; webhook < 5; webhook++)
            await Read(
                target, HttpMethod.Post, "/webhooks", """{"key":"w*","event":"*","endpoint":"http://127.0.0.1:9/","add_event_data":true}"""u8.ToArray(), _ => { }, over);
        for (var write = 0; write < 20; write++)
            await WriteLarge(target, number, answered, over);
    }

    private static Task WriteLarge(Target target, int number, Action<string> answered, CancellationToken over) =>
        Read(target, HttpMethod.Put, $"/kv/w{number}", LargeValue, answered, over);

    // All attempts register the same webhook.
    private static async Task Replay(Target target, int number, Action<string> answered, CancellationToken over)
    {
        using var registration = Request(
            HttpMethod.Post, "/webhooks", """{"key":"*","event":"*","endpoint":"http://127.0.0.1:9/"}"""u8.ToArray());
        registration.Headers.Add("Idempotency-Key", "replayed");
        using var webhook = await target.Http.SendAsync(registration, over);
        if (webhook.IsSuccessStatusCode)
        {
            var id = JsonDocument.Parse(await webhook.Content.ReadAsStringAsync(over)).RootElement.GetProperty("id");
            await Read(
                target, HttpMethod.Post, $"/webhooks/{id}/replay", """{"since":1}"""u8.ToArray(), answered, over);
        }
        else
        {
            answered(await Name(webhook, over));
        }
    }

    private static async Task NameAnother(Target target, int number, Action<string> answered, CancellationToken over)
    {
        using var request = Request(HttpMethod.Get, "/kv/k", null, Guid.NewGuid().ToString("N")[..20], "192.0.2.1");
        await Send(target, request, answered, over);
    }

    private static async Task<string> Name(HttpResponseMessage answer, CancellationToken over)
    {
        if (answer.IsSuccessStatusCode)
            return $"{(int)answer.StatusCode}";
        return $"{(int)answer.StatusCode} "
            + $"{Error().Match(await answer.Content.ReadAsStringAsync(over)).Groups[1].Value}";
    }

    private static HttpRequestMessage Request(
        HttpMethod method, string path, byte[]? body, string space = Space,
        string from = "192.0.2.2") =>
        new(method, new Uri(path, UriKind.Relative))
        {
            Headers = { { "KV-Namespace", space }, { "KV-App-Name", App }, { "X-Forwarded-For", from } },
            Content = body is null ? null : new ByteArrayContent(body) { Headers = { ContentType = Json } },
        };

    [GeneratedRegex("\"error\":\"([^\"]*)\"")]
    private static partial Regex Error();
}
