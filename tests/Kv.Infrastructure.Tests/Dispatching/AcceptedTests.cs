using System.Collections.Concurrent;
using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>An accepted delivery leaves no waiting record behind, and is not sent again.</summary>
internal sealed class AcceptedTests(EngineUnderTest engine) : LeadTest(engine)
{
    [Test]
    public async Task A_record_that_is_being_saved_when_the_call_is_accepted_is_removed()
    {
        var (saving, save) = (NewSignal(), NewSignal());
        var (accept, accepted) = (NewSignal(), NewSignal());
        Receive = async (_, _, token) =>
        {
            await accept.Task.WaitAsync(token);
            accepted.TrySetResult();
            return true;
        };
        var leader = await StartLeader(store => store.BeforeCommit = transaction =>
        {
            if (!transaction.Then.Any(IsSave))
                return Task.CompletedTask;
            saving.TrySetResult();
            return save.Task;
        });
        var webhook = await Register();
        DeliveryId[] expected = [Id(webhook, await Write("k"), "k")];

        await saving.Task.WaitAsync(Enough);
        accept.SetResult();
        await accepted.Task.WaitAsync(Enough);
        save.SetResult();

        await UntilDelivered(leader, webhook, expected);
        await ExpectNothingMore(leader, webhook, expected);
    }

    [Test]
    public async Task A_timed_out_save_that_lands_after_the_removal_does_not_restore_the_record()
    {
        var lost = new ConcurrentQueue<Transaction>();
        var accept = false;
        Receive = (_, _, _) => Task.FromResult(Volatile.Read(ref accept));
        var leader = await StartLeader(store => store.BeforeCommit = transaction =>
        {
            if (!transaction.Then.Any(IsSave) || lost.Count > 2)
                return Task.CompletedTask;
            lost.Enqueue(transaction);
            throw new StoreUnavailableException("It was not answered in time.", outcomeUnknown: true);
        });
        var webhook = await Register();
        DeliveryId[] expected = [Id(webhook, await Write("k"), "k")];
        await Eventually.Holds(async () => (await Pending(webhook)).Count == 1, "the save is repeated", Patience);
        Volatile.Write(ref accept, true);
        await UntilDelivered(leader, webhook, expected);

        foreach (var late in lost)
            Assert.That((await Store.Commit(late, Enough)).Succeeded, Is.False, "it comes too late");

        await ExpectNothingMore(leader, webhook, expected);
    }

    // The next leader does not send it again either.
    private async Task ExpectNothingMore(Replica leader, Webhook webhook, IReadOnlyList<DeliveryId> seen)
    {
        Assert.That(await Pending(webhook), Is.Empty);
        await leader.Stop();
        var next = await StartLeader();
        DeliveryId[] later = [Id(webhook, await Write("later"), "later")];
        await UntilDelivered(next, webhook, later);
        var accepted = Calls.Where(call => call.IsAccepted).Select(call => call.Id);
        Assert.That(accepted, Is.EqualTo((DeliveryId[])[.. seen, .. later]));
    }

    private static bool IsSave(Operation operation) =>
        operation is Operation.Put && operation.Range.Start.ToString().Contains("/pending/", StringComparison.Ordinal);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
