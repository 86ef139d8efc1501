using System.Net;
using System.Net.Sockets;
using System.Text;
using Kv.Api.Errors;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.AspNetCore.Http;

namespace Kv.Api.Tests.Telemetry;

/// <summary>A caller that disconnects during a call is no fault of Kv and leaves no line in its log.</summary>
internal sealed class CallerGoneLogTests
{
    private const int Keys = 200;

    private static readonly byte[] Value = Encoding.UTF8.GetBytes(new string('v', 50_000));

    private static readonly (string Request, string Headers, string Body)[] Calls =
    [
        ("PUT /kv/k", "Content-Type: application/json\r\nContent-Length: 1000", """{"value":"begun"""),
        ("PUT /kv/k", "Content-Type: application/octet-stream\r\nContent-Length: 1000", "begun"),
        ("POST /kv", "Content-Type: application/json\r\nTransfer-Encoding: chunked", "7\r\n{\"key\":\r\n"),
        ("POST /bulk", "Content-Type: application/json\r\nTransfer-Encoding: chunked", "2\r\n[{\r\n"),
        ("POST /txn", "Content-Type: application/json\r\nContent-Length: 1000", """{"success":["""),
        ("POST /import", "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked",
            "1A\r\n{\"key\":\"a\",\"value\":\"one\"}\n\r\n"),
        ("POST /webhooks", "Content-Type: application/json\r\nContent-Length: 1000", "{"),
        ("GET /watch", "Accept: text/event-stream", ""),
        ("GET /kv/absent?wait=30", "If-None-Match: \"0\"", ""),
        ("GET /export", "Accept: */*", ""),
        ("GET /kv/*", "Accept: */*", ""),
        ("GET /kv?limit=1000", "Accept: */*", ""),
        ("GET /history/k000", "Accept: */*", ""),
    ];

    [Test]
    public async Task A_vanished_caller_is_not_logged_at_any_point_of_any_call()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path), ("LOG_FORMAT", "json"));
        var client = await kv.Client();
        await Parallel.ForEachAsync(Enumerable.Range(0, Keys), async (number, _) =>
            await client.With(HttpMethod.Put, $"/kv/k{number:d3}", KvClient.Bytes(Value, "application/octet-stream")));

        foreach (var (request, headers, body) in Calls)
            foreach (var isReset in new[] { false, true })
                foreach (var read in new[] { 0, 1, 100_000 })
                    await CallAndGo(
                        (await kv.Address()).Port, $"{request} HTTP/1.1\r\nHost: kv\r\n{headers}\r\n\r\n{body}",
                        isReset, read);

        var http = await kv.Http();
        await Eventually.Holds(
            async () => Requests(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))) <= 1,
            "no other request is under way");
        Assert.That(LogLine.Of(kv).Where(line => line.IsAlarming), Is.Empty);
    }

    [Test]
    public void An_error_answer_to_a_vanished_caller_is_not_logged_as_an_error()
    {
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };

        Assert.That(() => Problems.Create(StatusCodes.Status503ServiceUnavailable).WriteTo(context), Throws.Nothing);
    }

    private static async Task CallAndGo(int port, string request, bool isReset, int read)
    {
        using var caller = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveBufferSize = 16 * 1024,
        };
        await caller.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await caller.SendAsync(Encoding.UTF8.GetBytes(request));
        if (request.StartsWith("GET", StringComparison.Ordinal))
            await Read(caller, read);
        if (isReset)
            caller.LingerState = new LingerOption(true, 0);
        else
            caller.Shutdown(SocketShutdown.Send);
    }

    // Reads all available bytes, up to the limit.
    private static async Task Read(Socket caller, int bytes)
    {
        var buffer = new byte[8 * 1024];
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        try
        {
            var read = 0;
            while (read < bytes && await caller.ReceiveAsync(buffer.AsMemory(), enough.Token) is > 0 and var some)
                read += some;
        }
        catch (OperationCanceledException)
        {
            // A watch sends no more.
        }
    }

    // The request for the metrics counts as one.
    private static int Requests(string metrics) => metrics.Split('\n')
        .Where(line => line.StartsWith("http_server_active_requests", StringComparison.Ordinal))
        .Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], null));
}
