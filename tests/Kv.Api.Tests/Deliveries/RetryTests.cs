using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A delivery that is not accepted is sent again.</summary>
internal sealed class RetryTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms")];

    [Test]
    public async Task A_refused_delivery_is_sent_again_with_the_same_id_and_event()
    {
        Receiver.Answer = request => ReceiverAnswer.Status(request.Number == 1 ? 500 : 200);
        await Register();
        await Kv.Post("k", "value");
        await Arrived(2);

        var (first, second) = (Receiver.Requests[0], Receiver.Requests[1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.MessageId, Does.StartWith("msg_"));
            Assert.That(second.MessageId, Is.EqualTo(first.MessageId));
            Assert.That(second.Text, Is.EqualTo(first.Text));
            Assert.That(ValueOf(second), Is.EqualTo("value"));
        }
        await Gone(first.MessageId!);
        await Kv.Put("k", "next");
        await Arrived(3);
        Assert.That(ValueOf(Receiver.Requests[2]), Is.EqualTo("next"));
    }

    [TestCase(301)]
    [TestCase(404)]
    [TestCase(500)]
    public async Task Only_2xx_is_acceptance(int status)
    {
        Receiver.Answer = request => ReceiverAnswer.Status(
            request.Number == 1 ? status : 204, "", ("Location", "/elsewhere"));
        await Register();
        await Kv.Post("k", "value");
        await Arrived(2);

        Assert.That(Receiver.Requests[1].MessageId, Is.EqualTo(Receiver.Requests[0].MessageId));
        Assert.That(Receiver.Requests[1].Target, Is.EqualTo("/"));
    }

    [Test]
    public async Task A_retry_waits_for_the_time_in_Retry_After()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(503, "", ("Retry-After", "3600"));
        var webhook = await Register();
        await Kv.Post("k", "value");
        await Eventually.Holds(
            async () => (await Listed(webhook, "pending")).Single().GetProperty("attempts").GetArrayLength() == 1,
            "it was attempted");

        var delivery = (await Listed(webhook, "pending")).Single();
        var attempt = delivery.GetProperty("attempts").EnumerateArray().Single();
        Assert.That(
            delivery.GetProperty("next_attempt_at").GetDateTimeOffset() - attempt.GetProperty("at").GetDateTimeOffset(),
            Is.GreaterThanOrEqualTo(TimeSpan.FromHours(1)));
        Assert.That(Receiver.RequestCount, Is.EqualTo(1));
    }

    [Test]
    public async Task An_unreachable_receiver_is_tried_as_often_as_the_schedule_says()
    {
        Uri away;
        await using (var receiver = WebhookReceiver.Start())
            away = receiver.Uri;
        var webhook = await RegisterAt($"{away}", "\"key\":\"k\"");
        await Kv.Post("k", "value");

        var delivery = (await UntilListed(webhook, "failed")).Single();
        var attempts = delivery.GetProperty("attempts").EnumerateArray().ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(attempts, Has.Count.EqualTo(3));
            Assert.That(attempts.Select(attempt => attempt.GetProperty("error").GetString()), Is.All.Not.Empty);
        }
    }

    [Test]
    public async Task A_waiting_delivery_holds_back_its_own_key_only()
    {
        Receiver.Answer = request => KeyOf(request) == "k1"
            ? ReceiverAnswer.Status(503, "", ("Retry-After", "3600"))
            : ReceiverAnswer.Ok;
        var webhook = await Register();
        await Kv.Post("k1", "one");
        await Kv.Put("k1", "two");
        await Kv.Post("k2", "other");
        await Arrived(2);
        await UntilListed(webhook, "pending", 2);

        Assert.That(Receiver.Requests.Select(ValueOf), Is.EquivalentTo(["one", "other"]));
        Receiver.Answer = _ => ReceiverAnswer.Ok;
        var first = Receiver.Requests.First(request => KeyOf(request) == "k1");
        Assert.That((await Redeliver(first.MessageId!)).Status, Is.EqualTo(202));
        await Arrived(4);
        Assert.That(Receiver.Requests.Skip(2).Select(ValueOf), Is.EqualTo(new[] { "one", "two" }));
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits any more");
    }
}
