using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A webhook that only fails is disabled until its owner enables it.</summary>
internal sealed class DisablingTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings =>
    [
        ("WEBHOOK_RETRY_SCHEDULE", string.Join(',', Enumerable.Repeat("50ms", 50))),
        ("WEBHOOK_DISABLE_AFTER", "400ms"),
    ];

    [Test]
    public async Task A_receiver_that_answers_410_gets_no_call_until_the_webhook_is_enabled()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(410);
        var webhook = await Register();
        await Kv.Post("k", "refused");
        await Disabled(webhook, "410");
        Receiver.Answer = _ => ReceiverAnswer.Ok;
        await Kv.Put("k", "unheard");

        var enabled = await Enable(webhook);
        Assert.That(Expect.Members(enabled.Json), Has.None.EqualTo("disabled_reason"));
        Assert.That(enabled.Json.GetProperty("status").GetString(), Is.EqualTo("active"));
        await Kv.Put("k", "heard");
        await Arrived(2);
        Assert.That(Receiver.Requests.Select(ValueOf), Is.EqualTo(new[] { "refused", "heard" }));
    }

    [Test]
    public async Task A_delivery_answered_410_is_listed_as_failed_and_can_be_sent_again()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(410);
        var webhook = await Register();
        await Kv.Post("k", "value");
        await Disabled(webhook, "410");
        var delivery = (await UntilListed(webhook, "failed")).Single();
        Assert.That(delivery.GetProperty("failed_reason").GetString(), Does.Contain("410"));
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        await Enable(webhook);
        await Redeliver(delivery.GetProperty("id").GetString()!);
        await Arrived(2);
        await Gone(delivery.GetProperty("id").GetString()!);
        Assert.That(Receiver.Requests[1].Text, Is.EqualTo(Receiver.Requests[0].Text));
    }

    [Test]
    public async Task Lasting_failures_disable_the_webhook_and_fail_its_waiting_deliveries()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Post("k", "1");
        await Kv.Put("k", "2");
        await Disabled(webhook, "failed since");

        var failed = await UntilListed(webhook, "failed", 2);
        Assert.That(
            failed.Select(delivery => delivery.GetProperty("failed_reason").GetString()),
            Is.All.EqualTo("The webhook is disabled."));
        Assert.That(await Listed(webhook, "pending"), Is.Empty);
        Assert.That(Receiver.Requests.Select(ValueOf), Is.All.EqualTo("1"));
    }

    [Test]
    public async Task An_enabled_webhook_is_not_disabled_for_earlier_failures()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Post("k", "1");
        await Disabled(webhook, "failed since");
        await UntilListed(webhook, "failed");
        Receiver.Clear();
        Receiver.Answer = request => ReceiverAnswer.Status(request.Number == 1 ? 500 : 200);

        await Enable(webhook);
        await Kv.Put("k", "2");
        await Arrived(2);
        await Gone(Receiver.Requests[1].MessageId!);
        var status = await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}");
        Assert.That(status.Json.GetProperty("status").GetString(), Is.EqualTo("active"), status.ToString());
        Assert.That(Receiver.Requests.Select(ValueOf), Is.EqualTo(new[] { "2", "2" }));
    }

    private async Task Disabled(string webhook, string reason)
    {
        var answer = await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}");
        await Eventually.Holds(
            async () => (answer = await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}"))
                .Json.GetProperty("status").GetString() == "disabled",
            "the webhook is disabled");
        Assert.That(answer.Json.GetProperty("disabled_reason").GetString(), Does.Contain(reason));
    }

    private async Task<Answer> Enable(string webhook)
    {
        var answer = await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"status":"active"}""");
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        return answer;
    }
}
