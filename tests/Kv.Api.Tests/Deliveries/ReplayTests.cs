using System.Globalization;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A replay delivers earlier changes to a webhook again.</summary>
internal sealed class ReplayTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms")];

    [Test]
    public async Task Changes_since_a_revision_are_sent_again_under_the_same_ids()
    {
        var webhook = await Register();
        await Kv.Post("k", "1");
        await Kv.Put("k", "2", ttl: 3600);
        await Kv.Put("other", "not asked for");
        await Kv.Delete("k");
        await Arrived(3);
        var seen = Receiver.Requests;
        Receiver.Clear();

        var answer = await Replay(webhook, RevisionOf(seen[0]));
        Assert.That(answer.Status, Is.EqualTo(202), answer.ToString());
        Assert.That(answer.Json.GetProperty("replayed").GetInt64(), Is.EqualTo(2));
        await Arrived(2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Receiver.Requests.Select(request => request.MessageId),
                Is.EqualTo(seen.Skip(1).Select(request => request.MessageId)));
            Assert.That(Receiver.Requests.Select(ValueOf), Is.EqualTo(new[] { "2", null }));
            Assert.That(
                Receiver.Requests.Select(request => EventOf(request).GetProperty("event").GetString()),
                Is.EqualTo(new[] { "update", "delete" }));
        }
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits any more");
    }

    [Test]
    public async Task A_replay_sends_each_of_many_changes_once()
    {
        var webhook = await Register();
        await Kv.Post("k", "first");
        foreach (var number in Enumerable.Range(0, 120))
            await Kv.Post($"k{number:d3}", new string('x', 10_000));
        await Arrived(121);
        var seen = Receiver.Requests;
        Receiver.Clear();

        var answer = await Replay(webhook, RevisionOf(seen.Single(request => KeyOf(request) == "k")));
        Assert.That(answer.Json.GetProperty("replayed").GetInt64(), Is.EqualTo(120));
        await Eventually.Holds(
            () => Receiver.Requests.Select(request => request.MessageId).Distinct().Count() >= 120,
            "all of them arrive");
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits any more");
        Assert.That(Receiver.Requests.Select(request => request.MessageId), Is.Unique);
    }

    [Test]
    public async Task A_replay_during_another_one_is_409_and_other_webhooks_can_be_replayed()
    {
        var webhook = await Register("\"key\":\"none\"");
        var another = await Register("\"key\":\"none\"");
        var sets = string.Join(',', Enumerable.Repeat("""{"op":"set","key":"k","value":"v"}""", 100));
        var first = await Kv.Put("k", "v");
        for (var bulk = 0; bulk < 10; bulk++)
            Assert.That((await Kv.Send(HttpMethod.Post, "/bulk", $"[{sets}]")).Status, Is.EqualTo(200));
        var since = long.Parse(first.Header("KV-Revision")!, CultureInfo.InvariantCulture);

        var replays = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Replay(webhook, since)));
        var ofAnother = await Replay(another, since);

        var refused = replays.Where(answer => answer.Status != 202).ToArray();
        Assert.That(refused, Has.Length.InRange(1, 7));
        foreach (var answer in refused)
            Expect.Problem(answer, 409, "Replay in progress");
        Assert.That(ofAnother.Status, Is.EqualTo(202), ofAnother.ToString());
    }

    [Test]
    public async Task A_replay_sends_a_failed_delivery_and_clears_its_failure()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Post("k", "value");
        var failed = (await UntilListed(webhook, "failed")).Single();
        Receiver.Answer = _ => ReceiverAnswer.Ok;
        Receiver.Clear();

        var answer = await Replay(webhook, failed.GetProperty("revision").GetInt64() - 1);
        Assert.That(answer.Json.GetProperty("replayed").GetInt64(), Is.EqualTo(1));
        await Arrived(1);
        await Gone(failed.GetProperty("id").GetString()!);
        Assert.That(await Listed(webhook, "failed"), Is.Empty);
    }

    [Test]
    public async Task A_replay_with_a_wrong_revision_or_webhook_is_refused()
    {
        var webhook = await Register();
        await Kv.Post("k", "1");
        await Arrived(1);

        Expect.Problem(await Replay(webhook, long.MaxValue), 400, "Revision in the future");
        Expect.Problem(await Replay(webhook, -1), 400, null, field: "since");
        Expect.Problem(await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/replay", "{}"), 400, null);
        Expect.Problem(await Replay($"{Guid.NewGuid()}", 1), 404, "Webhook not found");
        var stranger = Host.NewTenant();
        Expect.Problem(
            await stranger.Send(HttpMethod.Post, $"/webhooks/{webhook}/replay", """{"since":1}"""), 404, "Webhook not found");
        Assert.That(Receiver.RequestCount, Is.EqualTo(1));
    }

    private Task<Answer> Replay(string webhook, long since) =>
        Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/replay", $$"""{"since":{{since}}}""");
}
