using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>
/// The leader ends while some of its deliveries are stored and others, for earlier changes, are not. The next leader
/// merges the stored deliveries with the changes that it reads from the feed. Real processes, on either engine.
/// </summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
[CancelAfter(120_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TakeoverTests(Engine engine)
{
    private static readonly TimeSpan PastTheLease = TimeSpan.FromSeconds(30);

    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();
    private readonly List<KvProcess> _replicas = [];
    private EtcdServer? _etcd;
    private TemporaryDirectory? _data;
    private (string, string)[] _settings = [];

    [SetUp]
    public async Task PrepareStore()
    {
        _settings = engine == Engine.Etcd
            ? [("STORE", "etcd"), ("ETCD_ENDPOINTS", (_etcd = await EtcdServer.StartAsync()).Endpoint)]
            : [("STORE", "embedded"), ("DATA_DIR", (_data = new TemporaryDirectory()).Path)];
    }

    [TearDown]
    public async Task StopAll()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        await _receiver.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        _data?.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_next_leader_makes_a_hanging_call_again_even_when_later_deliveries_are_stored(bool isKilled)
    {
        var first = Start();
        var kv = await first.Client();
        _receiver.Answer = request => KeyOf(request) == "h" ? ReceiverAnswer.Hang : ReceiverAnswer.Status(500);
        var webhook = await Register(kv);
        await kv.Put("h", "1");
        await kv.Put("x", "1");
        await Eventually.Holds(async () => (await Pending(kv, webhook)).Contains("x"), "the later delivery is stored");
        if (isKilled)
            await first.Kill();
        else
            await first.Terminate();
        _receiver.Clear();
        _receiver.Answer = _ => ReceiverAnswer.Ok;

        var second = Start();
        kv = await second.Client();
        await Eventually.Holds(() => Delivered().ToHashSet().SetEquals(["h", "x"]), "both are delivered", PastTheLease);
        await kv.Put("h", "2");
        await Eventually.Holds(() => Delivered().Count(key => key == "h") >= 2, "so is what comes later");
        await Eventually.Holds(async () => (await Pending(kv, webhook)).Length == 0, "nothing waits any more");
        Assert.That(
            _receiver.Requests.Where(request => KeyOf(request) == "h").Select(ValueOf).Distinct(),
            Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public async Task A_leader_killed_again_and_again_delivers_every_change_in_order()
    {
        const int keys = 40;
        const int rounds = 3;
        _receiver.Answer = request => (request.Number % 7) switch
        {
            0 => ReceiverAnswer.Hang,
            < 4 => ReceiverAnswer.Status(500),
            _ => ReceiverAnswer.Ok,
        };
        var replica = Start();
        var kv = await replica.Client();
        var webhook = await Register(kv);
        for (var round = 1; round <= rounds; round++)
        {
            for (var key = 0; key < keys; key++)
                Assert.That((await kv.Put($"k{key}", $"{round}")).Status, Is.EqualTo(200));
            await replica.Kill();
            replica = Start();
            kv = await replica.Client();
        }
        _receiver.Answer = _ => ReceiverAnswer.Ok;

        await Eventually.Holds(
            async () => _receiver.Requests.GroupBy(KeyOf)
                .Count(calls => calls.Select(ValueOf).Distinct().Count() == rounds) == keys
                && (await Pending(kv, webhook)).Length == 0,
            "every change is delivered, and no delivery waits", TimeSpan.FromSeconds(60));
        foreach (var calls in _receiver.Requests.GroupBy(KeyOf))
            Assert.That(calls.Select(ValueOf).Distinct(), Is.EqualTo(new[] { "1", "2", "3" }), calls.Key);
    }

    private KvProcess Start()
    {
        var replica = KvProcess.Start(
            [.. _settings, ("WEBHOOK_RETRY_SCHEDULE", string.Join(',', Enumerable.Repeat("500ms", 50)))]);
        _replicas.Add(replica);
        return replica;
    }

    private Task<string> Register(KvClient kv) => kv.Register(
        $$"""{"key":"*","event":"*","add_event_data":true,"timeout_seconds":10,"endpoint":"{{_receiver.Uri}}"}""");

    private static async Task<string[]> Pending(KvClient kv, string webhook) =>
    [
        .. (await kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=pending")).Json.GetProperty("items")
            .EnumerateArray().Select(delivery => delivery.GetProperty("key").GetString()!),
    ];

    private IEnumerable<string> Delivered() => _receiver.Requests.Select(KeyOf);

    private static string KeyOf(ReceivedRequest request) => EventOf(request).GetProperty("key").GetString()!;

    private static string ValueOf(ReceivedRequest request) => EventOf(request).GetProperty("value").GetString()!;

    private static JsonElement EventOf(ReceivedRequest request) =>
        JsonDocument.Parse(request.Body).RootElement.GetProperty("event");
}
