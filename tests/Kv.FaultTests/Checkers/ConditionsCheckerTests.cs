using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class ConditionsCheckerTests
{
    private static readonly ConditionsChecker Checker = new();
    private static readonly KeyCondition At5 = new("k", ConditionKind.WrittenAt, 5);
    private static readonly KeyCondition Absent = new("k", ConditionKind.Absent);

    [Test]
    public void Kept_conditions_are_right()
    {
        var run = Store()
            .Put("k", "a", (0, 1), revision: 5, Absent)
            .Put("k", "b", (2, 3), revision: 6, At5)
            .PutRefused("k", "x", (4, 5), At5, revision: 6, found: 6)
            .PutRefused("k", "x", (4, 5), Absent, revision: 6, found: 6);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void Two_winners_are_found()
    {
        var run = Store().Put("k", "b", (2, 3), revision: 6, At5).Put("k", "c", (2, 3), revision: 7, At5)
            .Changed(7, "k", "c");

        Assert.That(
            run.Judged(Checker), Has.Some.Contains("2 writes of 'k' won").And.Contains("#1").And.Contains("#2"));
    }

    [Test]
    public void A_write_against_its_condition_is_found()
    {
        var run = Store().Put("k", "b", (2, 3), revision: 6, Absent);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains("a at revision 5"));
    }

    [Test]
    public void A_refusal_although_the_condition_holds_is_found()
    {
        var run = Store().PutRefused("k", "x", (2, 3), At5, revision: 5, found: 5);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains("refused"));
    }

    [Test]
    public void The_branch_of_a_transaction_must_match_its_compares()
    {
        Call Transaction(RunBuilder run, bool succeeded) => run.New(CallKind.Transaction, (2, 3), CallOutcome.Ok) with
        {
            Conditions = [new KeyCondition("k", ConditionKind.HasValue, Value: "a")],
            Operations = [new KeyOperation(OperationKind.Set, "k", "b")],
            Otherwise = [new KeyOperation(OperationKind.Set, "k", "b")],
            Answer = RunBuilder.Answered(200, 6, null, new KeyAnswer("k", 200, ETag: 6)) with { Succeeded = succeeded },
        };
        var (right, wrong) = (Store(), Store());

        Assert.That(right.Add(Transaction(right, succeeded: true)).Judged(Checker), Is.Empty);
        Assert.That(
            wrong.Add(Transaction(wrong, succeeded: false)).Judged(Checker),
            Has.Exactly(1).Contains("every compare held"));
    }

    [Test]
    public void A_key_that_has_expired_is_absent_though_the_store_still_has_it()
    {
        var run = new RunBuilder()
            .Put("k", "b", (3_000_000, 3_000_001), revision: 6, Absent)
            .Changed(5, "k", "a", expireAt: RunBuilder.StartSecond + 2).Changed(6, "k", "b");

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    private static RunBuilder Store() => new RunBuilder().Changed(5, "k", "a").Changed(6, "k", "b");
}
