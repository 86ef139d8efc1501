using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kv.WebhookBench;

/// <summary>Receives the calls of webhooks on loopback, and reports each event immediately.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private static readonly byte[] ValueMember = "\"value\":\""u8.ToArray();

    private readonly WebApplication _app;
    private long _count;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Uri => new(_app.Urls.Single());

    /// <summary>How many calls have come.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Called for each call: the number of its event, and the time (<see cref="Stopwatch"/>).</summary>
    public Action<long, long> Arrived { get; set; } = (_, _) => { };

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.Take);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Take(HttpContext context)
    {
        var now = Stopwatch.GetTimestamp();
        var body = new byte[(int)(context.Request.ContentLength ?? 0)];
        await context.Request.Body.ReadExactlyAsync(body);
        Interlocked.Increment(ref _count);
        Arrived(NumberIn(body), now);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Values are numbers with filling behind them.
    private static long NumberIn(ReadOnlySpan<byte> body)
    {
        var start = body.IndexOf(ValueMember) + ValueMember.Length;
        return start >= ValueMember.Length && Utf8Parser.TryParse(body[start..], out long number, out _)
            ? number
            : throw new InvalidOperationException("A call came that tells of no event of this run.");
    }
}
