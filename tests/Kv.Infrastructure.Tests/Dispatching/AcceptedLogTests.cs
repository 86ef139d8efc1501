using System.Globalization;
using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>The log of accepted deliveries survives its leader, ends with its webhook, and costs few writes.</summary>
internal sealed class AcceptedLogTests(EngineUnderTest engine) : LeadTest(engine)
{
    private const int Webhooks = 10;
    private const int Writers = 16;
    private const int WritesOfEach = 200;

    [TestCase(true)]
    [TestCase(false)]
    public async Task It_survives_a_change_of_leader(bool isKilled)
    {
        var leader = await StartLeader();
        var webhook = await Register();
        var expected = new List<DeliveryId>();
        for (var number = 0; number < 20; number++)
            expected.Add(Id(webhook, await Write($"k{number}"), $"k{number}"));
        await UntilDelivered(leader, webhook, expected);
        var other = await Start();

        if (isKilled)
            await leader.Kill();
        else
            await leader.Stop();
        await Eventually.Holds(() => other.Status.IsLeader, "the other leads", Patience);
        expected.Add(Id(webhook, await Write("later"), "later"));

        // A killed leader has not saved everything, so the next one repeats the calls.
        await Eventually.Holds(
            async () => (await Log(other, webhook)).Select(one => one.Id).ToHashSet().IsSupersetOf(expected),
            "the log is complete", Patience);
    }

    [Test]
    public async Task It_is_removed_with_its_webhook()
    {
        var leader = await StartLeader();
        var webhook = await Register();
        await Write("k");
        await Eventually.Holds(
            async () => (await Log(leader, webhook)).Count == 1, "the delivery is in the log", Patience);

        // Another accepted delivery waits to be saved.
        await Write("k");
        await Eventually.Holds(() => Calls.Count == 2, "it is accepted", Patience);
        await Store.Commit(
            Transaction.Unconditional(new Operation.Delete(Layout.Webhook(webhook.Tenant, webhook.Id))), Enough);

        await Eventually.Holds(async () => await IsGone(), "the log is removed", Patience);
        var witness = await Register();
        await Write("later");
        await Eventually.Holds(
            async () => (await Log(leader, witness)).Count == 1, "the leader has saved its log again", Patience);
        Assert.That(await IsGone(), Is.True, "it does not come back");

        async Task<bool> IsGone() => (await Store.Get(
            Layout.AcceptedLog(webhook.Tenant, webhook.Id), ReadConsistency.Linearizable, Enough)).Entry is null;
    }

    [Test]
    public async Task At_load_it_costs_no_transaction_and_few_writes()
    {
        var (logs, alone, saves) = (0, 0, 0);
        var leader = await StartLeader(store => store.BeforeCommit = transaction =>
        {
            var written = transaction.Then.Count(IsLog);
            var isSave = transaction.Then.Any(operation => operation.Range.Start.Equals(Layout.WatcherCursor));
            Interlocked.Add(ref logs, written);
            Interlocked.Add(ref saves, isSave ? 1 : 0);
            Interlocked.Add(ref alone, written > 0 && !isSave ? 1 : 0);
            return Task.CompletedTask;
        });
        var webhooks = new List<Webhook>();
        for (var number = 0; number < Webhooks; number++)
            webhooks.Add(await Register());

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var number = 0; number < WritesOfEach; number++)
                await Write($"{writer}-{number % 50}");
        }));
        var (logsAtLoad, savesAtLoad) = (Volatile.Read(ref logs), Volatile.Read(ref saves));
        foreach (var webhook in webhooks)
            await Eventually.Holds(
                async () => (await Log(leader, webhook)).Count == AcceptedDelivery.Kept,
                "every log is saved in the end", Patience);

        const int writes = Writers * WritesOfEach;
        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{Engine}: {writes} writes to {Webhooks} webhooks: {logsAtLoad} logs in "
            + $"{savesAtLoad} saves of the cursor, "
            + $"{100.0 * logsAtLoad / writes:f2} % of the writes, no transaction of their own"));
        Assert.That(alone, Is.Zero, "each is in a transaction that saves the cursor");
    }

    private static bool IsLog(Operation operation) =>
        operation is Operation.Put && operation.Range.Start.ToString().Contains("/accepted/", StringComparison.Ordinal);

    private static Task<IReadOnlyList<AcceptedDelivery>> Log(Replica replica, Webhook webhook) =>
        replica.Stored.ListAccepted(webhook.Tenant, webhook.Id, Enough);
}
