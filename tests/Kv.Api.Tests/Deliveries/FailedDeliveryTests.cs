using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A failed delivery can be read, and sent again by hand.</summary>
internal sealed class FailedDeliveryTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms")];

    [Test]
    public async Task After_the_last_retry_it_is_listed_with_its_attempts()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(503, "busy");
        var webhook = await Register();
        await Kv.Post("k", "value");

        var delivery = (await UntilListed(webhook, "failed")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(delivery.GetProperty("id").GetString(), Is.EqualTo(Receiver.Requests[0].MessageId));
            Assert.That(delivery.GetProperty("webhook_id").GetString(), Is.EqualTo(webhook));
            Assert.That(delivery.GetProperty("status").GetString(), Is.EqualTo("failed"));
            Assert.That(delivery.GetProperty("event").GetString(), Is.EqualTo("create"));
            Assert.That(delivery.GetProperty("key").GetString(), Is.EqualTo("k"));
            Assert.That(delivery.GetProperty("revision").GetInt64(), Is.EqualTo(RevisionOf(Receiver.Requests[0])));
            Assert.That(delivery.GetProperty("failed_reason").GetString(), Is.Not.Empty);
            Assert.That(
                delivery.GetProperty("attempts").EnumerateArray().Select(attempt => (
                    attempt.GetProperty("status").GetInt32(), attempt.GetProperty("answer").GetString())),
                Is.EqualTo(Enumerable.Repeat((503, "busy"), 3)));
        }
        var got = await Delivery(delivery.GetProperty("id").GetString()!);
        Assert.That(JsonElement.DeepEquals(got.Json, delivery), Is.True, got.ToString());
        Assert.That(await Listed(webhook, "pending"), Is.Empty);
        Assert.That(Receiver.RequestCount, Is.EqualTo(3));
    }

    [Test]
    public async Task An_attempt_during_which_the_webhook_is_disabled_fails_like_the_deliveries_that_wait()
    {
        var answered = new TaskCompletionSource();
        Receiver.Answer = request => ReceiverAnswer.Raw(async (stream, cancellationToken) =>
        {
            if (KeyOf(request) == "k2")
                await answered.Task;
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes("HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"),
                cancellationToken);
        });
        var webhook = await Register();
        await Kv.Put("k1", "waits");
        await UntilListed(webhook, "pending");
        await Kv.Put("k2", "is attempted");
        await Arrived(2);

        await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"status":"disabled"}""");
        await UntilListed(webhook, "failed");
        answered.SetResult();

        await UntilListed(webhook, "failed", 2);
    }

    [Test]
    public async Task A_failed_delivery_can_be_sent_again_and_is_then_gone()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Post("k", "value");
        var id = (await UntilListed(webhook, "failed")).Single().GetProperty("id").GetString()!;
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        Assert.That((await Redeliver(id)).Status, Is.EqualTo(202));
        await Arrived(4);
        await Gone(id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Receiver.Requests[3].Text, Is.EqualTo(Receiver.Requests[0].Text));
            Assert.That(Receiver.Requests[3].MessageId, Is.EqualTo(id));
            Assert.That(await Listed(webhook, "failed"), Is.Empty);
            Assert.That((await Redeliver(id)).Status, Is.EqualTo(404));
        }
    }

    [Test]
    public async Task A_delivery_sent_again_by_hand_has_all_its_retries_again()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Post("k", "value");
        var id = (await UntilListed(webhook, "failed")).Single().GetProperty("id").GetString()!;

        await Redeliver(id);
        await Eventually.Holds(
            async () => (await Delivery(id)).Json is var delivery
                && delivery.GetProperty("status").GetString() == "failed"
                && delivery.GetProperty("attempts").GetArrayLength() == 6,
            "it has failed again, after as many attempts");
    }

    [Test]
    public async Task A_waiting_delivery_is_pending_and_can_be_sent_at_once()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500, "", ("Retry-After", "3600"));
        var webhook = await Register();
        await Kv.Post("k", "value");
        await Arrived(1);
        await Eventually.Holds(
            async () => (await Listed(webhook, "pending")) is [var waiting]
                && waiting.GetProperty("attempts").GetArrayLength() == 1,
            "it waits for its second attempt");
        Assert.That(await Listed(webhook, "failed"), Is.Empty);
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        var id = Receiver.Requests[0].MessageId!;
        Assert.That((await Redeliver(id)).Status, Is.EqualTo(202));
        await Arrived(2);
        await Gone(id);
        Assert.That(await Listed(webhook, "pending"), Is.Empty);
        Assert.That(Receiver.Requests[1].MessageId, Is.EqualTo(id));
    }

    [Test]
    public async Task A_listing_has_pages_in_the_order_of_the_changes()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        foreach (var number in Enumerable.Range(0, 5))
            await Kv.Post($"k{number}", "");
        await UntilListed(webhook, "failed", 5);

        var keys = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await Kv.Send(
                HttpMethod.Get,
                $"/webhooks/{webhook}/deliveries?limit=2"
                    + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
            keys.AddRange(
                page.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()));
            cursor = page.Json.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        Assert.That(keys, Is.EqualTo(new[] { "k0", "k1", "k2", "k3", "k4" }));
    }

    [Test]
    public async Task A_delivery_of_another_tenant_and_an_unknown_one_are_not_found()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Post("k", "value");
        var id = (await UntilListed(webhook, "failed")).Single().GetProperty("id").GetString()!;
        var stranger = Host.NewTenant();
        var never = $"msg_{Guid.NewGuid():n}_1_0123456789abcdef";

        foreach (var (client, delivery) in new[] { (stranger, id), (Kv, never), (Kv, "nonsense") })
        {
            Expect.Problem(await client.Send(HttpMethod.Get, $"/deliveries/{delivery}"), 404, "Delivery not found");
            Expect.Problem(
                await client.Send(HttpMethod.Post, $"/deliveries/{delivery}/redeliver"), 404, "Delivery not found");
        }
        foreach (var (client, hook) in new[] { (stranger, webhook), (Kv, $"{Guid.NewGuid()}") })
            Expect.Problem(await client.Send(HttpMethod.Get, $"/webhooks/{hook}/deliveries"), 404, "Webhook not found");
        Assert.That(Receiver.RequestCount, Is.EqualTo(3));
    }

    [TestCase("status=done")]
    [TestCase("limit=0")]
    [TestCase("limit=101")]
    [TestCase("cursor=nonsense")]
    public async Task An_invalid_listing_is_refused(string query)
    {
        var webhook = await Register();

        var answer = await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?{query}");
        Expect.Problem(answer, 400, null, field: query.Split('=')[0]);
    }
}
