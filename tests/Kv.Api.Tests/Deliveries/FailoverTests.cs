using System.Globalization;
using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>
/// Whatever happens to the replica that leads, or to etcd, every change arrives. Two real replicas, one real etcd.
/// </summary>
[CancelAfter(120_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FailoverTests
{
    private static readonly TimeSpan PastTheLease = TimeSpan.FromSeconds(30);

    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();
    private readonly List<KvProcess> _replicas = [];
    private EtcdServer _etcd = null!;

    [SetUp]
    public async Task StartEtcd() => _etcd = await EtcdServer.StartAsync();

    [TearDown]
    public async Task StopAll()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        await _receiver.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    [Test]
    public async Task A_leader_that_is_killed_loses_nothing()
    {
        var (leader, other) = await StartTwo();
        var kv = await other.Client();
        await Register(kv);
        var writing = WriteKeys(kv, 500);
        await Eventually.Holds(() => _receiver.RequestCount >= 50, "some changes arrive");
        await leader.Kill();
        await writing;

        await Eventually.Holds(() => DeliveredKeys().Count == 500, "every change arrives", PastTheLease);
        Assert.That(Leads(other), Is.True);
        AssertOneIdForEachChange();
    }

    [Test]
    public async Task A_leader_that_stops_hands_over_at_once()
    {
        var (leader, other) = await StartTwo();
        var kv = await other.Client();
        await Register(kv);
        var writing = WriteKeys(kv, 300);
        await Eventually.Holds(() => _receiver.RequestCount >= 50, "some changes arrive");

        Assert.That(await leader.Terminate(), Is.Zero);
        Assert.That(
            await EtcdKeys.Keys(_etcd, "/kvstore/locks/watcher/"), Has.Length.EqualTo(1),
            "it has released the lead before the lease ends");
        await Eventually.Holds(() => Leads(other), "the other one leads");
        await writing;
        await Eventually.Holds(() => DeliveredKeys().Count == 300, "every change arrives");
        AssertOneIdForEachChange();
    }

    [Test]
    public async Task A_leader_that_stops_saves_its_progress()
    {
        var replica = await StartOne();
        var kv = await replica.Client();
        await Register(kv);
        await WriteKeys(kv, 10);
        await Eventually.Holds(() => _receiver.RequestCount == 10, "every change arrives");

        Assert.That(await replica.Terminate(), Is.Zero);
        Assert.That(
            await Cursor(),
            Is.EqualTo(
                _receiver.Requests.Max(
                    request => long.Parse(request.MessageId!.Split('_')[2], CultureInfo.InvariantCulture))));
    }

    [Test]
    public async Task A_call_that_hangs_when_the_leader_stops_is_cut_off_and_repeated_by_the_next_leader()
    {
        var (leader, other) = await StartTwo();
        var kv = await other.Client();
        _receiver.Answer = _ => ReceiverAnswer.Hang;
        await Register(kv, "\"timeout_seconds\":30,");
        await kv.Post("held", "value");
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the call is under way");
        _receiver.Answer = _ => ReceiverAnswer.Ok;

        Assert.That(await leader.Terminate(), Is.Zero);
        await Eventually.Holds(() => _receiver.RequestCount == 2, "the other one makes it");
        AssertOneIdForEachChange();
    }

    [Test]
    public async Task A_leader_paused_beyond_its_lease_writes_nothing_and_steps_back()
    {
        var (leader, other) = await StartTwo();
        var kv = await other.Client();
        await Register(kv);
        await kv.Post("first", "value");
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the leader delivers");
        // It has a call under way, whose failure it would have to record.
        var answered = new TaskCompletionSource();
        _receiver.Answer = _ => ReceiverAnswer.Raw(async (stream, cancellationToken) =>
        {
            await answered.Task.WaitAsync(cancellationToken);
            await stream.WriteAsync("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);
        });
        await kv.Post("held", "value");
        await Eventually.Holds(() => _receiver.RequestCount == 2, "the call is under way");
        leader.Pause();
        await Eventually.Holds(() => Leads(other), "the other one leads", PastTheLease);
        _receiver.Answer = _ => ReceiverAnswer.Ok;
        await Eventually.Holds(() => DeliveredKeys().Contains("held"), "the other one delivers what was under way");
        await kv.Post("last", "value");
        await Eventually.Holds(
            async () => await Cursor() > 0 && DeliveredKeys().Contains("last"), "the other one goes on");
        var cursor = await Cursor();
        answered.SetResult();
        leader.Resume();

        await Eventually.Holds(
            () => leader.Output.Contains("has lost the lead", StringComparison.Ordinal), "it steps back");
        Assert.That(
            await EtcdKeys.Keys(_etcd, "/kvstore/deliveries/pending/"), Is.Empty, "no failure is recorded");
        Assert.That(await Cursor(), Is.GreaterThanOrEqualTo(cursor));
        await other.Terminate();
        await Eventually.Holds(
            () => leader.Output.Split("This replica leads").Length == 3, "it waits for the lead, and gets it again",
            PastTheLease);
    }

    [Test]
    public async Task A_restart_of_etcd_loses_nothing_that_was_acknowledged()
    {
        var replica = await StartOne();
        var kv = await replica.Client();
        await Register(kv);
        var writing = WriteKeys(kv, 300);
        await Eventually.Holds(() => _receiver.RequestCount >= 50, "some changes arrive");
        await _etcd.Restart();
        await writing;

        await Eventually.Holds(() => DeliveredKeys().Count == 300, "every change arrives", PastTheLease);
    }

    [Test]
    public async Task A_connection_that_is_cut_again_and_again_loses_nothing_that_was_acknowledged()
    {
        await using var proxy = TcpProxy.To(_etcd.Endpoint);
        var replica = await StartOne(proxy.Endpoint);
        var kv = await replica.Client();
        await Register(kv);
        var writing = WriteKeys(kv, 300);
        for (var cut = 1; cut <= 5; cut++)
        {
            await Eventually.Holds(() => _receiver.RequestCount >= cut * 30, "changes arrive");
            proxy.CutConnections();
        }
        await writing;

        await Eventually.Holds(() => DeliveredKeys().Count == 300, "every change arrives", PastTheLease);
    }

    [Test]
    public async Task The_embedded_engine_makes_waiting_deliveries_after_a_kill()
    {
        using var data = new TemporaryDirectory();
        (string, string)[] settings =
            [("STORE", "embedded"), ("DATA_DIR", data.Path), ("WEBHOOK_RETRY_SCHEDULE", "2s,2s,2s")];
        _receiver.Answer = _ => ReceiverAnswer.Status(500);
        var first = KvProcess.Start(settings);
        _replicas.Add(first);
        var kv = await first.Client();
        var id = await Register(kv);
        await WriteKeys(kv, 20);
        await Eventually.Holds(
            async () => (await kv.Send(HttpMethod.Get, $"/webhooks/{id}/deliveries?status=pending"))
                .Json.GetProperty("items").GetArrayLength() == 20,
            "all of them wait");
        await first.Kill();
        _receiver.Clear();
        _receiver.Answer = _ => ReceiverAnswer.Ok;
        var second = KvProcess.Start(settings);
        _replicas.Add(second);

        await Eventually.Holds(() => DeliveredKeys().Count == 20, "they are made");
        AssertOneIdForEachChange();
    }

    private async Task<KvProcess> StartOne(string? endpoint = null)
    {
        var replica = KvProcess.Start(
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", endpoint ?? _etcd.Endpoint),
            ("WEBHOOK_RETRY_SCHEDULE", "200ms,200ms,1s,1s,1s"));
        _replicas.Add(replica);
        await replica.Started();
        await Eventually.Holds(() => _replicas.Any(Leads), "one replica leads");
        return replica;
    }

    // The first to start leads.
    private async Task<(KvProcess Leader, KvProcess Other)> StartTwo()
    {
        var leader = await StartOne();
        return (leader, await StartOne());
    }

    private static bool Leads(KvProcess replica) =>
        replica.Output.Contains("This replica leads", StringComparison.Ordinal);

    private Task<string> Register(KvClient kv, string members = "") => kv.Register(
        $$"""{{{members}}"key":"*","event":"*","add_event_data":true,"endpoint":"{{_receiver.Uri}}"}""");

    // A write without an acknowledgement is repeated until it has one.
    private static async Task WriteKeys(KvClient kv, int count)
    {
        for (var key = 0; key < count; key++)
            while ((await kv.Post($"key{key}", "value")).Status != 201)
                await Task.Delay(50);
    }

    private HashSet<string> DeliveredKeys() =>
        [.. _receiver.Requests.Select(request => Body(request).GetProperty("key").GetString()!)];

    private static JsonElement Body(ReceivedRequest request) =>
        JsonDocument.Parse(request.Body).RootElement.GetProperty("event");

    // Each key was created once.
    private void AssertOneIdForEachChange() => Assert.That(
        _receiver.Requests.GroupBy(request => Body(request).GetProperty("key").GetString())
            .Select(calls => calls.Select(call => call.MessageId).Distinct().Count()),
        Is.All.EqualTo(1));

    private async Task<long> Cursor() =>
        await EtcdKeys.Get(_etcd, "/kvstore/cursor/watcher") is { } entry
            ? long.Parse(Encoding.UTF8.GetString(entry.Value).Split(' ')[0])
            : 0;
}
