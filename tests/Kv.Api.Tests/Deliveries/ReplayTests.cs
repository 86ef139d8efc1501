using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A webhook can be told again of what it was told before.</summary>
internal sealed class ReplayTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms")];

    [Test]
    public async Task What_happened_since_a_revision_comes_again_under_the_same_ids()
    {
        var webhook = await Register();
        await Kv.Post("k", "1");
        await Kv.Put("k", "2", ttl: 3600);
        await Kv.Put("other", "not asked for");
        await Kv.Delete("k");
        await Arrived(3);
        var told = Receiver.Requests;
        Receiver.Clear();

        var answer = await Replay(webhook, RevisionOf(told[0]));
        Assert.That(answer.Status, Is.EqualTo(202), answer.ToString());
        Assert.That(answer.Json.GetProperty("replayed").GetInt64(), Is.EqualTo(2));
        await Arrived(2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Receiver.Requests.Select(request => request.MessageId),
                Is.EqualTo(told.Skip(1).Select(request => request.MessageId)));
            Assert.That(Receiver.Requests.Select(ValueOf), Is.EqualTo(new[] { "2", null }));
            Assert.That(
                Receiver.Requests.Select(request => EventOf(request).GetProperty("event").GetString()),
                Is.EqualTo(new[] { "update", "delete" }));
        }
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits any more");
    }

    [Test]
    public async Task Many_changes_come_again_each_once()
    {
        var webhook = await Register();
        await Kv.Post("k", "first");
        foreach (var number in Enumerable.Range(0, 120))
            await Kv.Post($"k{number:d3}", new string('x', 10_000));
        await Arrived(121);
        var told = Receiver.Requests;
        Receiver.Clear();

        var answer = await Replay(webhook, RevisionOf(told.Single(request => KeyOf(request) == "k")));
        Assert.That(answer.Json.GetProperty("replayed").GetInt64(), Is.EqualTo(120));
        await Eventually.Holds(
            () => Receiver.Requests.Select(request => request.MessageId).Distinct().Count() >= 120,
            "all of them arrive");
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits any more");
        Assert.That(Receiver.Requests.Select(request => request.MessageId), Is.Unique);
    }

    [Test]
    public async Task What_failed_is_told_by_a_replay_and_is_failed_no_more()
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
    public async Task What_makes_no_sense_or_is_not_there_is_not_replayed()
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
