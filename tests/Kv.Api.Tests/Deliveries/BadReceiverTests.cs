using System.IO.Compression;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>
/// Bad receivers of every kind, all at once, beside fifty healthy ones. Kv handles each as the contract says. The
/// program has so little memory that it would end if any receiver filled it.
/// </summary>
[CancelAfter(120_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BadReceiverTests
{
    private const int Keys = 20;
    private const int HealthyTenants = 10;
    private const int HealthyOfEach = 5;
    private const long Megabyte = 1024 * 1024;

    private static readonly string ManyHeaders = string.Concat(
        Enumerable.Range(0, 100_000).Select(i => $"X-{i}: {i}\r\n"));

    private readonly WebhookReceiver _bad = WebhookReceiver.Start();
    private readonly WebhookReceiver _healthy = WebhookReceiver.Start();
    private readonly TemporaryDirectory _data = new();
    private readonly byte[] _bomb = Bomb();
    private KvProcess? _process;
    private KvClient _kv = null!;

    [TearDown]
    public async Task Stop()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        await _bad.DisposeAsync();
        await _healthy.DisposeAsync();
        _data.Dispose();
    }

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task Each_bad_receiver_is_handled_as_specified_beside_fifty_healthy_ones(Engine engine)
    {
        await Start(engine);
        _bad.Answer = request => Answer(
            request, _bad.Requests.Count(other => other.Target == request.Target && other.Number <= request.Number));
        var webhooks = new Dictionary<string, string>();
        foreach (var kind in Kinds)
            webhooks[kind] = await Register(_kv, $"{_bad.Uri}{kind}", ""","timeout_seconds":2""");
        for (var tenant = 0; tenant < HealthyTenants; tenant++)
            for (var webhook = 0; webhook < HealthyOfEach; webhook++)
                await Register(await Client(tenant), $"{_healthy.Uri}{tenant}/{webhook}");

        for (var key = 0; key < Keys; key++)
            for (var tenant = 0; tenant < HealthyTenants; tenant++)
                Assert.That((await (await Client(tenant)).Post($"k{key}", "value")).Status, Is.EqualTo(201));
        Assert.That((await _kv.Post("k", "value")).Status, Is.EqualTo(201));
        await Eventually.Holds(
            () => _healthy.RequestCount >= HealthyTenants * HealthyOfEach * Keys,
            "the healthy receivers get every change",
            TimeSpan.FromSeconds(60));
        foreach (var kind in Kinds)
            await Eventually.Holds(
                () => _bad.Requests.Count(request => request.Target == $"/{kind}") >= Calls(kind),
                $"/{kind} is called as often as it should be");

        using (Assert.EnterMultipleScope())
        {
            // Each waits for an hour after its second attempt.
            await Fails("hang", error: "The attempt timed out after 2 s.");
            await Fails("drip", error: "The attempt timed out after 2 s.");
            await Fails("headers", error: "The answer's headers are too large.");
            await Fails("redirect", status: 302);
            await Fails("garbage", status: 429);
            foreach (var kind in new[] { "date", "seconds" })
                Assert.That(
                    await Waits(kind), Is.InRange(TimeSpan.FromMinutes(119), TimeSpan.FromMinutes(121)),
                    $"{kind} is left alone for as long as it asked");
            foreach (var kind in new[] { "endless", "bomb", "flaky" })
                Assert.That(await Listed(webhooks[kind]), Is.Empty, $"{kind} took it");
            var gone = (await _kv.Send(HttpMethod.Get, $"/webhooks/{webhooks["gone"]}")).Json;
            Assert.That(gone.GetProperty("disabled_reason").GetString(), Does.Contain("410"));
            foreach (var kind in Kinds)
                Assert.That(
                    _bad.Requests.Count(request => request.Target == $"/{kind}"), Is.EqualTo(Calls(kind)), kind);
            Assert.That(_healthy.RequestCount, Is.EqualTo(HealthyTenants * HealthyOfEach * Keys));
            Assert.That(_bad.BytesSent, Is.LessThan(100 * Megabyte), "of ten gigabytes a little is taken");
            Assert.That(_process!.HasExited, Is.False, () => _process.Error);
        }

        async Task Fails(string kind, int? status = null, string? error = null)
        {
            await Eventually.Holds(
                async () => Attempts(await Listed(webhooks[kind])).Length == 2, $"{kind} has failed twice");
            var delivery = await Listed(webhooks[kind]);
            foreach (var attempt in Attempts(delivery))
            {
                if (status is not null)
                    Assert.That(attempt.GetProperty("status").GetInt32(), Is.EqualTo(status), kind);
                if (error is not null)
                    Assert.That(attempt.GetProperty("error").GetString(), Is.EqualTo(error), kind);
            }
            Assert.That(await Waits(kind), Is.InRange(TimeSpan.FromMinutes(47), TimeSpan.FromMinutes(73)), kind);
        }

        async Task<TimeSpan> Waits(string kind)
        {
            await Eventually.Holds(async () => Attempts(await Listed(webhooks[kind])).Length > 0, $"{kind} waits");
            var delivery = (await Listed(webhooks[kind])).Single();
            return delivery.GetProperty("next_attempt_at").GetDateTimeOffset() - Attempts([delivery])[^1]
                .GetProperty("at").GetDateTimeOffset();
        }
    }

    private static readonly string[] Kinds =
        ["hang", "drip", "endless", "bomb", "headers", "redirect", "flaky", "date", "seconds", "garbage", "gone"];

    private static int Calls(string kind) => kind is "endless" or "bomb" or "date" or "seconds" or "gone" ? 1 : 2;

    private ReceiverAnswer Answer(ReceivedRequest request, int call) => request.Target switch
    {
        "/hang" => ReceiverAnswer.Hang,
        "/drip" => ReceiverAnswer.Endless(200, new byte[1], cancellation => Task.Delay(1000, cancellation)),
        "/endless" => ReceiverAnswer.Endless(200, new byte[64 * 1024]),
        "/bomb" => ReceiverAnswer.Status(200, _bomb, ("Content-Encoding", "gzip")),
        "/headers" => ReceiverAnswer.Raw($"HTTP/1.1 200 OK\r\n{ManyHeaders}Content-Length: 0\r\n\r\n"),
        "/redirect" => ReceiverAnswer.Status(302, "", ("Location", "http://169.254.169.254/latest/meta-data/")),
        "/flaky" => ReceiverAnswer.Status(call == 1 ? 500 : 200),
        "/date" => ReceiverAnswer.Status(429, "", ("Retry-After", $"{TimeProvider.System.GetUtcNow().AddHours(2):R}")),
        "/seconds" => ReceiverAnswer.Status(429, "", ("Retry-After", "7200")),
        "/garbage" => ReceiverAnswer.Status(429, "", ("Retry-After", "when the cows come home")),
        _ => ReceiverAnswer.Status(410),
    };

    private async Task Start(Engine engine)
    {
        (string, string)[] store = engine == Engine.Etcd
            ? [("STORE", "etcd"), ("ETCD_ENDPOINTS", (await SharedEtcd.Get()).Endpoint), KvProcess.Patient,
                ("BASE_KEY_PREFIX", KvHost.Unique("bad"))]
            : [("STORE", "embedded"), ("DATA_DIR", _data.Path)];
        _process = KvProcess.Start(
        [
            .. store, ("WEBHOOK_RETRY_SCHEDULE", "50ms,1h"), ("MAX_WEBHOOKS_ALLOWED", "20"),
            // In hexadecimal: 160 MiB.
            ("DOTNET_GCHeapHardLimit", "A000000"),
        ]);
        _kv = await _process.Client("bad");
    }

    private Task<KvClient> Client(int tenant) => _process!.Client($"healthy{tenant}");

    private static Task<string> Register(KvClient kv, string endpoint, string members = "") => kv.Register(
        $$"""{"key":"k*","event":"*","add_event_data":true,"endpoint":"{{endpoint}}"{{members}}}""");

    private async Task<JsonElement[]> Listed(string webhook)
    {
        var answer = await _kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=pending");
        return [.. answer.Json.GetProperty("items").EnumerateArray()];
    }

    private static JsonElement[] Attempts(JsonElement[] deliveries) =>
        deliveries is [var only] ? [.. only.GetProperty("attempts").EnumerateArray()] : [];

    // Half a gigabyte, once it is unpacked.
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var i = 0; i < 512; i++)
                gzip.Write(new byte[Megabyte]);
        return packed.ToArray();
    }
}
