using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Webhooks;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>A webhook is disabled because its calls keep failing, and not because time passes.</summary>
internal sealed class DisableAfterTests(EngineUnderTest engine) : LeadTest(engine)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    protected override DeliveryOptions Options { get; } = new()
    {
        RetrySchedule = new RetrySchedule(Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 10_000)),
        DisableAfter = Limit,
    };

    [Test]
    public async Task A_time_without_calls_does_not_disable_a_webhook()
    {
        Receive = (_, _, _) => Task.FromResult(false);
        var first = await StartLeader();
        var webhook = await Register();
        await Write("k");
        await Eventually.Holds(() => Calls.Count > 0, "it fails", Patience);
        await first.DisposeAsync();
        await Task.Delay(Limit);
        var before = Calls.Count;

        await StartLeader();

        await Eventually.Holds(() => Calls.Count >= before + 3, "it fails again", Patience);
        Assert.That((await Stored(webhook)).IsActive, Is.True);
    }

    [Test]
    public async Task A_webhook_that_keeps_failing_is_disabled()
    {
        Receive = (_, _, _) => Task.FromResult(false);
        await StartLeader();
        var webhook = await Register();
        await Write("k");

        await Eventually.Holds(async () => !(await Stored(webhook)).IsActive, "it is disabled", Patience);

        Assert.That(Calls, Has.Count.AtLeast(10));
        Assert.That((await Stored(webhook)).DisabledReason, Does.StartWith("Every delivery has failed since "));
    }

    private async Task<Webhook> Stored(Webhook webhook)
    {
        var read = await Store.Get(Layout.Webhook(webhook.Tenant, webhook.Id), ReadConsistency.Linearizable, Enough);
        return WebhookRecord.TryRead(Layout, read.Entry!)!;
    }
}
