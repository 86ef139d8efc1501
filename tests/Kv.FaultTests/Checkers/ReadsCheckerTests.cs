using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class ReadsCheckerTests
{
    private static readonly ReadsChecker Checker = new();

    [Test]
    public void Reads_that_match_the_store_are_right()
    {
        var run = Store()
            .Get("k", (0, 1), null, null, revision: 4)
            .Get("k", (2, 3), "a", 5, revision: 6)
            .Get("k", (2, 3), "b", 7, revision: 7)
            .Get("k", (4, 5), null, null, revision: 9);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [TestCase("a", 5L, 7L, TestName = "A_value_that_was_written_over_is_found")]
    [TestCase("b", 7L, 6L, TestName = "A_value_of_a_later_revision_is_found")]
    [TestCase("b", 6L, 7L, TestName = "A_wrong_etag_is_found")]
    [TestCase("b", 7L, 8L, TestName = "A_value_that_was_deleted_is_found")]
    [TestCase(null, null, 7L, TestName = "An_absence_that_was_none_is_found")]
    public void A_read_that_does_not_match_the_store_is_found(string? value, long? etag, long revision)
    {
        var run = Store().Get("k", (0, 1), value, etag, revision);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains($"revision {revision}"));
    }

    [Test]
    public void A_wrong_expiry_is_found()
    {
        var run = new RunBuilder().Changed(5, "k", "a", expireAt: 2_000)
            .Get("k", (0, 1), "a", 5, revision: 5, expireAt: 2_001);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1"));
    }

    [Test]
    public void A_stale_read_must_match_its_own_revision_and_reach_the_requested_one()
    {
        Call Read(RunBuilder run, long min, long revision, string value, long etag) => run.New(
            CallKind.Get, (0, 1), CallOutcome.Ok) with
        {
            IsSerializable = true,
            MinRevision = min,
            Operations = [new KeyOperation(OperationKind.Get, "k")],
            Answer = RunBuilder.Answered(200, revision, etag, new KeyAnswer("k", 200, value, etag)),
        };
        var (right, stale, wrong) = (Store(), Store(), Store());

        Assert.That(right.Add(Read(right, 5, 6, "a", 5)).Judged(Checker), Is.Empty);
        Assert.That(
            stale.Add(Read(stale, 7, 6, "a", 5)).Judged(Checker), Has.Exactly(1).Contains("asked for revision 7"));
        Assert.That(wrong.Add(Read(wrong, 5, 7, "a", 5)).Judged(Checker), Has.Exactly(1).Contains("b at revision 7"));
    }

    [Test]
    public void A_read_of_the_past_must_match_the_requested_revision()
    {
        var run = Store();
        run.Add(run.New(CallKind.Get, (0, 1), CallOutcome.Ok) with
        {
            AtRevision = 5,
            Operations = [new KeyOperation(OperationKind.Get, "k")],
            Answer = RunBuilder.Answered(200, 7, 7, new KeyAnswer("k", 200, "b", 7)),
        });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("asked for revision 5"));
    }

    [Test]
    public void A_read_in_a_transaction_sees_the_operations_before_it()
    {
        Call Transaction(RunBuilder run, string before, string after) => run.New(
            CallKind.Transaction, (0, 1), CallOutcome.Ok) with
        {
            Operations =
            [
                new KeyOperation(OperationKind.Get, "k"), new KeyOperation(OperationKind.Set, "k", "b"),
                new KeyOperation(OperationKind.Get, "k"),
            ],
            Answer = RunBuilder.Answered(
                200, 7, null, new("k", 200, before, 5), new("k", 200, ETag: 7),
                new("k", 200, after, 7)) with
            { Succeeded = true },
        };
        var (right, wrong) = (Store(), Store());

        Assert.That(right.Add(Transaction(right, "a", "b")).Judged(Checker), Is.Empty);
        Assert.That(wrong.Add(Transaction(wrong, "a", "a")).Judged(Checker), Has.Exactly(1).Contains("#1"));
    }

    private static RunBuilder Store() =>
        new RunBuilder().Changed(5, "k", "a").Changed(7, "k", "b").Changed(8, "k", null);
}
