using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class WritesCheckerTests
{
    private static readonly WritesChecker Checker = new();

    [Test]
    public void Writes_that_the_store_has_once_are_right()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5)
            .PutUnknown("k", "b", (2, 3))
            .PutUnknown("k", "c", (2, 3))
            .Delete("k", (4, 5), revision: 7)
            .Delete("k", (6, 7), revision: 7)
            .Changed(5, "k", "a").Changed(6, "k", "b").Changed(7, "k", null);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void An_acknowledged_write_that_the_store_does_not_have_is_found()
    {
        var run = new RunBuilder().Put("k", "a", (0, 1), revision: 5).Changed(6, "k", "a");

        Assert.That(run.Judged(Checker), Has.Some.Contains("#1").And.Contains("did not write 'k' then"));
    }

    [Test]
    public void An_acknowledged_write_with_another_value_is_found()
    {
        var run = new RunBuilder().Put("k", "a", (0, 1), revision: 5).PutUnknown("k", "b", (0, 1)).Changed(5, "k", "b");

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains("b at revision 5"));
    }

    [Test]
    public void An_acknowledged_deletion_that_did_not_happen_is_found()
    {
        var run = new RunBuilder().Put("k", "a", (0, 1), revision: 5).Delete("k", (2, 3), revision: 6)
            .Changed(5, "k", "a");

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#2"));
    }

    [Test]
    public void A_write_that_was_applied_twice_is_found()
    {
        var acknowledged = new RunBuilder().Put("k", "a", (0, 1), revision: 5).Changed(5, "k", "a")
            .Changed(6, "k", "a");
        var unknown = new RunBuilder().PutUnknown("k", "a", (0, 1)).PutUnknown("k", "b", (0, 1))
            .Changed(5, "k", "a").Changed(6, "k", "b").Changed(7, "k", "a");

        Assert.That(acknowledged.Judged(Checker), Has.Exactly(1).Contains("applied twice").And.Contains("revision 6"));
        Assert.That(unknown.Judged(Checker), Has.Exactly(1).Contains("applied twice").And.Contains("revision 7"));
    }

    [Test]
    public void A_write_that_was_refused_and_happened_is_found()
    {
        var run = new RunBuilder();
        run.Add(run.New(CallKind.Put, (0, 1), CallOutcome.Failed) with
        {
            Operations = [new KeyOperation(OperationKind.Set, "k", "a")],
            Answer = new Answer { Status = 503, IsProblem = true },
        }).Changed(5, "k", "a");

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains("nothing was done"));
    }

    [Test]
    public void A_change_that_no_call_asked_for_is_found()
    {
        var set = new RunBuilder().Changed(5, "k", "a");
        var removed = new RunBuilder().Put("k", "a", (0, 1), revision: 5).Changed(5, "k", "a").Changed(6, "k", null);

        Assert.That(set.Judged(Checker), Has.Exactly(1).Contains("no call wrote that"));
        Assert.That(removed.Judged(Checker), Has.Exactly(1).Contains("no call deleted it"));
    }

    [Test]
    public void A_key_that_expires_and_one_whose_time_to_live_is_changed_are_explained()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5, ttl: 5, expireAt: 1_006)
            .Call(
                CallKind.Patch, (2, 3), new(OperationKind.SetTtl, "k", Ttl: 9),
                RunBuilder.Answered(200, 6, 6, new KeyAnswer("k", 200, ExpireAt: 1_010)))
            .Changed(5, "k", "a", 1_006).Changed(6, "k", "a", 1_010).Changed(7, "k", null);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_time_to_live_that_the_store_does_not_have_is_found()
    {
        var run = new RunBuilder().Put("k", "a", (0, 1), revision: 5, ttl: 5, expireAt: 1_006)
            .Changed(5, "k", "a", 1_007);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("expires at 1007"));
    }

    [Test]
    public void A_repeat_that_was_applied_again_is_found()
    {
        var run = new RunBuilder();
        var first = run.New(CallKind.Post, (0, 1), CallOutcome.Ok) with
        {
            IdempotencyKey = "i",
            Operations = [new KeyOperation(OperationKind.Set, "k", "a")],
            Answer = RunBuilder.Answered(201, 5, 5, new KeyAnswer("k", 201, ETag: 5)),
        };
        run.Add(first).Add(first with { Id = 2, Start = 2, End = 3 }).Changed(5, "k", "a").Changed(6, "k", "a");

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("applied twice"));
    }
}
