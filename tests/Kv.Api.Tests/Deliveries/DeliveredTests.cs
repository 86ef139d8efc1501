using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>The last accepted deliveries of a webhook are listed.</summary>
internal sealed class DeliveredTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [
        ("WEBHOOK_RETRY_SCHEDULE", "30ms"), ("QUOTA_BYTES", "1000000")];

    [Test]
    public async Task They_are_listed_latest_first_with_the_accepted_attempt()
    {
        Receiver.Answer = request => ReceiverAnswer.Status(request.Number == 1 ? 503 : 202);
        var webhook = await Register();
        var before = DateTimeOffset.UtcNow;
        await Kv.Put("k", "1");
        await Arrived(2);
        await Kv.Delete("k");

        var listed = await UntilListed(webhook, "delivered", 2);

        using var all = Assert.EnterMultipleScope();
        var (latest, first) = (listed[0], listed[1]);
        Assert.That(
            (latest.GetProperty("event").GetString(), first.GetProperty("event").GetString()),
            Is.EqualTo(("delete", "create")));
        Assert.That(first.GetProperty("id").GetString(), Is.EqualTo(Receiver.Requests[0].MessageId));
        Assert.That(first.GetProperty("webhook_id").GetString(), Is.EqualTo(webhook));
        Assert.That(first.GetProperty("status").GetString(), Is.EqualTo("delivered"));
        Assert.That(first.GetProperty("key").GetString(), Is.EqualTo("k"));
        Assert.That(first.GetProperty("revision").GetInt64(), Is.EqualTo(RevisionOf(Receiver.Requests[0])));
        Assert.That(
            listed.Select(delivery => delivery.GetProperty("attempt_count").GetInt32()), Is.EqualTo(new[] { 1, 2 }));
        var attempt = first.GetProperty("attempts").EnumerateArray().Single();
        Assert.That(attempt.GetProperty("status").GetInt32(), Is.EqualTo(202));
        Assert.That(attempt.GetProperty("duration_ms").GetInt64(), Is.GreaterThanOrEqualTo(0));
        Assert.That(attempt.GetProperty("at").GetDateTimeOffset(), Is.GreaterThan(before.AddMinutes(-1)));
    }

    [Test]
    public async Task The_last_hundred_are_kept()
    {
        const int changes = 130;
        var webhook = await Register();
        List<long> revisions = [];
        // Deliveries of one key keep their order; those of several keys do not.
        for (var change = 0; change < changes; change++)
            revisions.Add(long.Parse((await Kv.Put("k", $"{change}")).Header("KV-Revision")!, null));
        var last = revisions.TakeLast(100).Reverse().ToList();

        await Eventually.Holds(
            async () => Revisions(await Delivered(webhook, 100)).FirstOrDefault() == last[0], "the last is listed");

        Assert.That(Revisions(await Delivered(webhook, 100)), Is.EqualTo(last));
        Assert.That(Revisions(await Delivered(webhook, 2)), Is.EqualTo(last[..2]));
        Expect.Problem(
            await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=delivered&cursor={Receiver.Requests[0].MessageId}"), 400, null, "cursor");
    }

    [Test]
    public async Task They_belong_to_their_webhook_and_take_no_room_of_its_tenant()
    {
        var webhook = await Register();
        var other = await Register("\"key\":\"other\"");
        await Kv.Put("k", "value");

        await UntilListed(webhook, "delivered");

        Assert.That(await Listed(other, "delivered"), Is.Empty);
        Expect.Problem(
            await Host.NewTenant().Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=delivered"), 404,
            "Webhook not found");
        var usage = await Kv.Send(HttpMethod.Get, "/usage");
        Assert.That(usage.Json.GetProperty("bytes").GetInt64(), Is.EqualTo("kvalue".Length));
    }

    private Task<Answer> Delivered(string webhook, int limit) =>
        Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=delivered&limit={limit}");

    private static IEnumerable<long> Revisions(Answer answer) =>
        answer.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("revision").GetInt64());
}
