using System.Collections.Concurrent;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>
/// A real process, whose metrics count the requests of this class alone: reads and writes that succeed and fail, a
/// watch, and webhooks whose receivers accept, refuse and are gone.
/// </summary>
internal sealed class MeasuredKv : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly ConcurrentDictionary<Engine, Lazy<Task<MeasuredKv>>> Started = new();

    private readonly TemporaryDirectory _data = new();
    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();
    private readonly KvProcess _process;
    private EventReader? _watch;

    private MeasuredKv(Engine engine, string endpoints)
    {
        (string, string)[] store = engine == Engine.Embedded
            ? [("STORE", "embedded"), ("DATA_DIR", _data.Path)]
            : [("STORE", "etcd"), ("ETCD_ENDPOINTS", endpoints), ("ETCD_QUOTA_BACKEND_BYTES", "2147483648"),
                ("BASE_KEY_PREFIX", KvHost.Unique("test/"))];
        _process = KvProcess.Start(
            [.. store, ("WEBHOOK_RETRY_SCHEDULE", "50ms,50ms"), ("NEAR_CACHE_BYTES", "1000000"),
                ("QUOTA_KEYS", "1000000")]);
    }

    /// <summary>The texts that no metric may contain.</summary>
    public static readonly string[] Private =
        ["customer-ada", "vip", "a-space", "an-app", "the-value-itself", "refused-path", "gone-path", Secret[6..]];

    public KvClient Kv { get; private set; } = null!;

    /// <summary>The process of an engine that all read-only tests share.</summary>
    public static Task<MeasuredKv> Shared(Engine engine)
    {
        // Outside the shared task: a test is skipped by an exception of its own.
        if (engine == Engine.Etcd)
            RequiresEtcd.Check();
        return Started.GetOrAdd(engine, static asked => new Lazy<Task<MeasuredKv>>(() => Start(asked))).Value;
    }

    /// <summary>Stops the shared processes.</summary>
    public static async Task StopShared()
    {
        foreach (var started in Started.Values)
            if (started.Value.IsCompletedSuccessfully)
                await (await started.Value).DisposeAsync();
        Started.Clear();
    }

    private static async Task<MeasuredKv> Start(Engine engine)
    {
        var measured = new MeasuredKv(engine, engine == Engine.Etcd ? (await SharedEtcd.Get()).Endpoint : "");
        try
        {
            await measured.Use();
            return measured;
        }
        catch
        {
            await measured.DisposeAsync();
            throw;
        }
    }

    public Task<Scrape> Scrape() => Hosting.Scrape.Of(Kv);

    /// <summary>Scrapes until the metrics meet a condition.</summary>
    public async Task<Scrape> Until(Func<Scrape, bool> condition, string because)
    {
        var scrape = await Scrape();
        await Eventually.Holds(async () => condition(scrape = await Scrape()), because);
        return scrape;
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
            await _watch.DisposeAsync();
        await _process.DisposeAsync();
        await _receiver.DisposeAsync();
        _data.Dispose();
    }

    private async Task Use()
    {
        _receiver.Answer = request => request.Target switch
        {
            "/refused-path" => ReceiverAnswer.Status(500),
            "/gone-path" => ReceiverAnswer.Status(410),
            _ => ReceiverAnswer.Ok,
        };
        Kv = await _process.Client("a-space", "an-app");
        await Register("*", "/");
        await Register("refused-*", "/refused-path");
        await Register("gone-*", "/gone-path");
        _watch = await EventReader.Open(await _process.Http(), Kv);
        await Expect(200, Kv.Put("customer-ada", "the-value-itself", ttl: 600));
        await Expect(200, Kv.Put("vip", "the-value-itself"));
        await Expect(200, Kv.Put("refused-1", "the-value-itself"));
        await Expect(200, Kv.Put("gone-1", "the-value-itself"));
        await Expect(412, Kv.With(
            HttpMethod.Put, KvClient.PathOf("vip"), KvClient.Json("""{"value":"the-value-itself"}"""u8.ToArray()), ("If-None-Match", "*")));
        await Expect(200, Kv.Get("vip"));
        await Expect(200, Kv.Send(HttpMethod.Get, KvClient.PathOf("customer-ada") + "?wait=1"));
        await Expect(404, Kv.Get("nobody"));
        await Expect(200, Kv.List(""));
        await Expect(200, Kv.Send(HttpMethod.Get, "/readyz"));
        await Expect(404, Kv.Send(HttpMethod.Get, "/vip/customer-ada"));
        await Expect(204, Kv.Delete("vip"));
    }

    private Task Register(string key, string path) => Expect(201, Kv.Send(
        HttpMethod.Post, "/webhooks",
        $$"""{"key":"{{key}}","event":"*","endpoint":"{{new Uri(_receiver.Uri, path)}}","secret":"{{Secret}}"}"""));

    private static async Task Expect(int status, Task<Answer> asked)
    {
        var answer = await asked;
        Assert.That(answer.Status, Is.EqualTo(status), answer.ToString());
    }
}
