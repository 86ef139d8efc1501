using System.Globalization;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Api.Tests.Quotas;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>
/// etcd is restored from a snapshot while replicas run: watches end, no read is stale, quotas count the restored data,
/// and webhooks get the later changes.
/// </summary>
[CancelAfter(180_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RestoreTests
{
    // The writes after a restore are fewer, also those that were applied but answered 503, so they reach no lost
    // revision.
    private const int Lost = 200;
    private const int Written = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _files = new();
    private readonly string _prefix = KvHost.Unique("test/");
    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();
    private IReadOnlyList<EtcdServer> _members = [];
    private KvHost _first = null!;
    private KvHost _second = null!;

    [TearDown]
    public async Task StopAll()
    {
        foreach (var host in (KvHost?[])[_first, _second])
            if (host is not null)
                await host.DisposeAsync();
        foreach (var member in _members)
            await member.DisposeAsync();
        await _receiver.DisposeAsync();
        _files.Dispose();
    }

    // With the token that it had, the cluster keeps its id.
    [TestCase(1, null, false)]
    [TestCase(1, "another", false)]
    [TestCase(1, null, true)]
    [TestCase(3, "another", false)]
    public async Task Replicas_that_run_during_a_restore_start_over(int members, string? token, bool isBumped)
    {
        var options = Options(isBumped);
        await Start(members);
        var (one, other) = (Client(_first), Client(_second));
        await one.Put("k", "kept");
        await Save();
        var last = await WriteWhatIsLost(one);
        await using var watch = await EventReader.Open(_first, one);
        await using var otherWatch = await EventReader.Open(_second, other);
        foreach (var kv in (KvClient[])[one, other])
            await Eventually.Holds(async () => await Stale(kv) == "lost", "it is in the near cache");
        var waiting = Changed();
        await Eventually.Holds(() => Task.FromResult(_second.Watches == 2), "it waits");

        await _members.Restore(_files.File("snapshot"), token, options);

        // A long poll waits for another state, and the restored state is another.
        Assert.That((await waiting).Json.GetProperty("value").GetString(), Is.EqualTo("kept"));
        foreach (var reader in (EventReader[])[watch, otherWatch])
        {
            var gone = await reader.Next();
            Assert.That(gone?.Name, Is.EqualTo("gone"));
            Assert.That(
                gone!.Data.GetProperty("oldest_revision").GetInt64(),
                isBumped ? Is.GreaterThan(last) : Is.LessThan(last));
            Assert.That(await reader.Next(), Is.Null);
        }
        foreach (var kv in (KvClient[])[one, other])
        {
            Assert.That(await Stale(kv), Is.EqualTo("kept"));
            Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("kept"));
            Assert.That((await kv.Get("lost1")).Status, Is.EqualTo(404));
            await QuotaTest.Usage(kv, 1, 5, Patience);
        }

        // While etcd is away a long poll may be answered 503, and its client repeats it.
        async Task<Answer> Changed()
        {
            while (true)
                if (
                    await other.With(
                        HttpMethod.Get, "/kv/k?wait=60", null,
                        ("If-None-Match", $"\"{last}\"")) is { Status: not 503 } answer)
                    return answer;
        }
    }

    [Test]
    public async Task A_watch_position_from_before_the_restore_is_refused_with_the_present_revision()
    {
        await Start(members: 1);
        var kv = Client(_first);
        await kv.Put("k", "kept");
        await Save();
        var last = await WriteWhatIsLost(kv);

        await _members.Restore(_files.File("snapshot"));
        await Eventually.Holds(async () => (await kv.Get("k")).Status == 200, "it answers");

        const string saying = "the store is at revision";
        Expect.Problem(
            await kv.Send(HttpMethod.Get, $"/watch?since={last}"), 400, "Revision in the future", "since", saying);
        Expect.Problem(
            await kv.With(HttpMethod.Get, "/watch", null, ("Last-Event-ID", $"{last}")), 400, "Revision in the future",
            "Last-Event-ID", saying);
        var behind = await kv.With(HttpMethod.Get, "/kv/k", null, ("KV-Min-Revision", $"{last}"));
        Expect.Problem(behind, 400, "Revision in the future");
        Assert.That(behind.Json.GetProperty("detail").GetString(), Does.Contain(saying));
    }

    // The key with which cursors are signed is made by the first listing.
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_listing_from_before_the_restore_does_not_continue_after_it(bool keyIsInSnapshot)
    {
        await Start(members: 1);
        var kv = Client(_first);
        await kv.Put("a", "1");
        await kv.Put("b", "1");
        if (keyIsInSnapshot)
            await kv.Send(HttpMethod.Get, "/kv?limit=1");
        await Save();
        await WriteWhatIsLost(kv);
        var page = await kv.Send(HttpMethod.Get, "/kv?limit=1");
        var (cursor, revision) =
            (page.Json.GetProperty("cursor").GetString(), page.Json.GetProperty("revision").GetInt64());
        // From now on this replica knows the key that signs cursors. The other one knows it as well.
        Assert.That(
            (await Client(_second).Send(HttpMethod.Get, $"/kv?limit=1&cursor={cursor}")).Status, Is.EqualTo(200));

        await _members.Restore(_files.File("snapshot"));
        await Eventually.Holds(async () => (await kv.Get("a")).Status == 200, "it answers");
        for (var written = 0L; written < revision;)
            written = Revision(await kv.Put("b", "other"));

        Expect.Problem(await kv.Send(HttpMethod.Get, $"/kv?limit=1&cursor={cursor}"), 400, null);
        var next = (await kv.Send(HttpMethod.Get, "/kv?limit=1")).Json.GetProperty("cursor").GetString();
        Assert.That((await Client(_second).Send(HttpMethod.Get, $"/kv?limit=1&cursor={next}")).Status, Is.EqualTo(200));
    }

    // The leader had the lead when the snapshot was made, so its lock is in it, and it writes until etcd is away.
    [TestCase(null, false)]
    [TestCase("another", false)]
    [TestCase(null, true)]
    public async Task Webhooks_get_every_change_after_a_restore(string? token, bool isBumped)
    {
        var options = Options(isBumped);
        await Start(members: 1);
        var kv = Client(_second);
        await Register(kv);
        await kv.Put("k", "kept");
        await Eventually.Holds(() => Revisions("k").Count == 1, "the change is delivered");
        await Save();
        var last = await WriteWhatIsLost(kv);
        await Eventually.Holds(() => Revisions("lost1").Count == 1, "the change is delivered");
        // A save of the leader's progress that is under way when etcd stops ends during the outage.
        var accepted = new TaskCompletionSource();
        _receiver.Answer = _ => ReceiverAnswer.Raw(async (stream, cancellationToken) =>
        {
            await accepted.Task.WaitAsync(cancellationToken);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);
        });
        await kv.Put("under way", "v");
        await Eventually.Holds(() => Revisions("under way").Count == 1, "it is under way");

        _members[0].Kill();
        accepted.SetResult();
        _receiver.Answer = _ => ReceiverAnswer.Ok;
        await _members.Restore(_files.File("snapshot"), token, options);
        await Eventually.Holds(async () => (await kv.Put("after0", "v")).Status == 200, "it takes writes", Patience);
        for (var i = 1; i < Written; i++)
            await kv.Put($"after{i}", "v");

        await Eventually.Holds(
            () => Enumerable.Range(0, Written).All(i => Revisions($"after{i}").Count > 0),
            "every change arrives", Patience);
        Assert.That(Revisions("after1")[0], isBumped ? Is.GreaterThan(last) : Is.LessThan(last));
        await Eventually.Holds(
            async () => await Cursor() is var cursor && cursor >= Revisions($"after{Written - 1}")[0]
                && cursor <= Revision(await kv.Get("k")),
            "the cursor moves on", Patience);
    }

    [Test]
    public async Task A_delivery_that_waits_in_the_snapshot_is_sent_again_under_its_id()
    {
        await Start(members: 1);
        var kv = Client(_second);
        await Register(kv);
        _receiver.Answer = _ => ReceiverAnswer.Status(500);
        await kv.Put("k", "v");
        await Eventually.Holds(
            async () => (await EtcdKeys.Keys(_members[0], $"/{_prefix}/deliveries/pending/")).Length == 1,
            "it is stored");
        await Save();
        _receiver.Answer = _ => ReceiverAnswer.Ok;
        await Eventually.Holds(
            async () => (await EtcdKeys.Keys(_members[0], $"/{_prefix}/deliveries/pending/")).Length == 0,
            "it is accepted", Patience);
        var ids = _receiver.Requests.Select(request => request.MessageId).Distinct().ToList();
        _receiver.Clear();

        await _members.Restore(_files.File("snapshot"), "another");

        await Eventually.Holds(() => _receiver.RequestCount > 0, "it is delivered again", Patience);
        Assert.That(_receiver.Requests.Select(request => request.MessageId).Distinct(), Is.EqualTo(ids));
        await Eventually.Holds(
            async () => (await EtcdKeys.Keys(_members[0], $"/{_prefix}/deliveries/pending/")).Length == 0,
            "no delivery waits", Patience);
    }

    // The options that docs/operations.md recommends, where the tools of this etcd have them.
    private static string[] Options(bool isBumped)
    {
        if (isBumped && !EtcdBackup.CanBumpRevision)
            Assert.Ignore("The tools beside this etcd cannot raise the revision.");
        return isBumped ? ["--bump-revision", "1000000", "--mark-compacted"] : [];
    }

    private async Task Start(int members)
    {
        _members = members == 1 ? [await EtcdServer.StartAsync()] : (await EtcdCluster.StartAsync()).Members;
        _first = await Replica();
        _second = await Replica();

        async Task<KvHost> Replica()
        {
            var host = await KvHost.StartOver(
                string.Join(',', _members.Select(member => member.Endpoint)), ("BASE_KEY_PREFIX", _prefix),
                ("NEAR_CACHE_BYTES", "1000000"),
                ("QUOTA_KEYS", "1000"),
                ("WEBHOOK_RETRY_SCHEDULE", "500ms,500ms,500ms,500ms,500ms,500ms,500ms,500ms,500ms"));
            await QuotaTest.Counted(host);
            return host;
        }
    }

    private Task Save() => _members[0].Save(_files.File("snapshot"));

    private static KvClient Client(KvHost host) => new(host.Http, "n", "a");

    private static async Task<long> WriteWhatIsLost(KvClient kv)
    {
        await kv.Put("k", "lost");
        for (var i = 1; i < Lost; i++)
            await kv.Put($"lost{i}", "v");
        return Revision(await kv.Put("k", "lost"));
    }

    private static async Task<string?> Stale(KvClient kv) =>
        (await kv.With(HttpMethod.Get, "/kv/k", null, ("KV-Consistency", "serializable"))).Json.GetProperty("value")
            .GetString();

    private Task<string> Register(KvClient kv) => kv.Register(
        $$"""{"key":"*","event":"*","endpoint":"{{_receiver.Uri}}","add_event_data":true}""");

    // The revisions of the delivered changes of a key.
    private List<long> Revisions(string key) =>
    [
        .. _receiver.Requests.Where(request => request.Text.Contains($"\"key\":\"{key}\"", StringComparison.Ordinal))
            .Select(request => long.Parse(request.MessageId!.Split('_')[2], CultureInfo.InvariantCulture)),
    ];

    private async Task<long> Cursor() =>
        await EtcdKeys.Get(_members[0], $"/{_prefix}/cursor/watcher") is { } cursor
            ? long.Parse(Encoding.UTF8.GetString(cursor.Value).Split(' ')[0], CultureInfo.InvariantCulture)
            : 0;

    private static long Revision(Answer answer) =>
        long.Parse(answer.Header("KV-Revision")!, CultureInfo.InvariantCulture);
}
