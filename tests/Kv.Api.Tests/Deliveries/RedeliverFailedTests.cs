using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>All failed deliveries of a webhook are sent again by one call, or by a few.</summary>
internal sealed class RedeliverFailedTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms")];

    [Test]
    public async Task All_failed_deliveries_are_sent_again_under_their_ids()
    {
        var webhook = await Failing(25);
        var other = await Register("""
            "key":"none"
            """);
        var failed = (await Listed(webhook, "failed")).Select(delivery => delivery.GetProperty("id").GetString())
            .ToArray();
        Receiver.Clear();
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        Assert.That(Read(await RedeliverFailed(other)), Is.EqualTo((0, false)), "another webhook has none");
        Assert.That(Read(await RedeliverFailed(webhook)), Is.EqualTo((25, false)));

        await Arrived(25);
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "all are delivered");
        Assert.That(Receiver.Requests.Select(request => request.MessageId), Is.EquivalentTo(failed));
        Assert.That(Receiver.Requests.Select(ValueOf), Has.All.EqualTo("value"));
        Assert.That(await Listed(webhook, "failed"), Is.Empty);
        Assert.That(Read(await RedeliverFailed(webhook)), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task A_call_ends_after_some_bytes_and_says_that_there_are_more()
    {
        const int values = 9;
        var webhook = await Failing(values, new string('x', 1024 * 1024));
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        Assert.That(Read(await RedeliverFailed(webhook)), Is.EqualTo((values - 1, true)));
        Assert.That(Read(await RedeliverFailed(webhook)), Is.EqualTo((1, false)));

        await Eventually.Holds(
            async () => (await Listed(webhook, "pending")).Length == 0 && (await Listed(webhook, "failed")).Length == 0,
            "all are delivered");
    }

    [Test]
    public async Task Calls_side_by_side_send_each_delivery_once()
    {
        var webhook = await Failing(60);
        Receiver.Clear();
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var count = 0; ;)
            {
                var (more, hasMore) = Read(await RedeliverFailed(webhook));
                count += more;
                if (!hasMore)
                    return count;
            }
        }));

        Assert.That(counts.Sum(), Is.EqualTo(60));
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "all are delivered");
        Assert.That(Receiver.Requests.Select(request => request.MessageId).Distinct().Count(), Is.EqualTo(60));
    }

    [Test]
    public async Task A_disabled_webhook_has_to_be_enabled_first()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(410);
        var webhook = await Register();
        await Kv.Post("k", "value");
        await UntilListed(webhook, "failed");
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}")).Json.GetProperty("status")
                .GetString() == "disabled",
            "the webhook is disabled");

        var refused = await RedeliverFailed(webhook);

        Expect.Problem(refused, 409, "Webhook disabled");
        Assert.That(refused.Json.GetProperty("detail").GetString(), Does.Contain("410").And.Contain("active"));
        Assert.That(await Listed(webhook, "failed"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Only_its_tenant_sends_them_again()
    {
        var webhook = await Failing(1);

        Expect.Problem(
            await Host.NewTenant().Send(HttpMethod.Post, $"/webhooks/{webhook}/redeliver-failed"), 404,
            "Webhook not found");
        Expect.Problem(await RedeliverFailed("nonsense"), 404, "Webhook not found");
        Assert.That(await Listed(webhook, "failed"), Has.Length.EqualTo(1));
    }

    private static (int Count, bool More) Read(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(202), answer.ToString());
        return (answer.Json.GetProperty("count").GetInt32(), answer.Json.GetProperty("more").GetBoolean());
    }

    // A webhook whose deliveries of so many keys have failed.
    private async Task<string> Failing(int keys, string value = "value")
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        for (var key = 0; key < keys; key++)
            Assert.That((await Kv.Put($"k{key}", value)).Status, Is.EqualTo(200));
        await Eventually.Holds(async () => await Failed(webhook) == keys, $"{keys} deliveries have failed");
        return webhook;
    }

    private async Task<int> Failed(string webhook) => (await Kv.Send(
        HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=failed&limit=100")).Json.GetProperty("items")
            .GetArrayLength();
}
