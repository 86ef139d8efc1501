using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A receiver that behaves badly delays no other receiver.</summary>
internal sealed class IsolationTests(Engine engine) : CallTests(engine)
{
    private const int Tenants = 10;
    private const int WebhooksOfEach = 5;
    private const int Keys = 20;

    protected override (string Name, string? Value)[] Settings =>
        [("DEFAULT_WEBHOOK_TIMEOUT_SECONDS", "30"), ("MAX_WEBHOOKS_ALLOWED", "20"),
            ("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms,1h")];

    [Test]
    public async Task Healthy_webhooks_get_every_change_while_others_hang()
    {
        await using var hanging = WebhookReceiver.Start();
        await using var endless = WebhookReceiver.Start();
        await using var closing = WebhookReceiver.Start();
        var tick = new byte[1];
        hanging.Answer = _ => ReceiverAnswer.Hang;
        endless.Answer = _ => ReceiverAnswer.Endless(200, tick, cancellation => Task.Delay(100, cancellation));
        closing.Answer = _ => ReceiverAnswer.Close;
        var hangs = await RegisterAt($"{hanging.Uri}", "\"key\":\"*\"");
        var neverEnds = await RegisterAt($"{endless.Uri}", "\"key\":\"*\"");
        await RegisterAt($"{closing.Uri}", "\"key\":\"*\"");
        KvClient[] tenants = [Kv, .. Enumerable.Range(1, Tenants - 1).Select(_ => Host.NewTenant())];
        foreach (var (index, tenant) in tenants.Index())
            foreach (var webhook in Enumerable.Range(0, WebhooksOfEach))
                await RegisterAt(tenant, $"{Receiver.Uri}{index}/{webhook}", "\"key\":\"*\"");

        await Task.WhenAll(
            tenants.SelectMany(tenant => Enumerable.Range(0, Keys).Select(key => tenant.Post($"k{key}", ""))));
        await Arrived(Tenants * WebhooksOfEach * Keys);
        await Eventually.Holds(
            () => hanging.RequestCount + endless.RequestCount >= 2 * Keys, "the bad ones are called as well");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Receiver.Requests.GroupBy(request => request.Target)
                    .Select(seen => seen.Select(KeyOf).Distinct().Count()),
                Is.EqualTo(Enumerable.Repeat(Keys, Tenants * WebhooksOfEach)));
            Assert.That(Receiver.RequestCount, Is.EqualTo(Tenants * WebhooksOfEach * Keys));
            Assert.That(await Ended(hangs), Is.Empty, "an attempt that hangs has come to its end");
            Assert.That(await Ended(neverEnds), Is.Empty, "an attempt that goes on and on has come to its end");
            Assert.That((hanging.RequestCount, hanging.OpenConnections), Is.EqualTo((Keys, Keys)));
            Assert.That((endless.RequestCount, endless.OpenConnections), Is.EqualTo((Keys, Keys)));
            Assert.That(closing.RequestCount, Is.Positive);
        }
    }

    [Test]
    public async Task The_concurrent_calls_to_a_hanging_receiver_are_bounded()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = WebhookReceiver.Start();
        slow.Answer = _ => ReceiverAnswer.Ok.When(release.Task);
        await RegisterAt($"{slow.Uri}", "\"key\":\"*\"");
        await Register("\"key\":\"*\"");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(key => Kv.Post($"k{key}", "")));
        await Arrived(100);
        await Eventually.Holds(() => slow.RequestCount >= 32, "as many calls as may be under way");
        Assert.That(slow.RequestCount, Is.EqualTo(32));

        release.SetResult();
        await Eventually.Holds(() => slow.RequestCount >= 100, "the others follow");
        Assert.That(slow.Requests.Select(KeyOf).Distinct().Count(), Is.EqualTo(100));
    }

    // The webhook's deliveries with at least one attempt.
    private async Task<string?[]> Ended(string webhook) =>
    [
        .. (await Listed(webhook, "pending")).Concat(await Listed(webhook, "failed"))
            .Where(delivery => delivery.GetProperty("attempts").GetArrayLength() > 0)
            .Select(delivery => delivery.ToString()),
    ];
}
