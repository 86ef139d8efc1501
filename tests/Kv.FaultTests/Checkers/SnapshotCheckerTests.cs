using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class SnapshotCheckerTests
{
    private static readonly SnapshotChecker Checker = new();

    [Test]
    public void A_pair_with_equal_values_everywhere_is_right()
    {
        var run = Paired().Changed(5, "a", "1").Changed(5, "b", "1").Changed(6, "a", "2").Changed(6, "b", "2");
        run.Add(Listing(run, ("a", "1"), ("b", "1")));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_listing_that_shows_one_half_of_a_transaction_is_found()
    {
        var (torn, halved) = (Paired(), Paired());

        Assert.That(
            torn.Add(Listing(torn, ("a", "1"), ("b", "2"))).Judged(Checker),
            Has.Exactly(1).Contains("#1").And.Contains("'b' is 2"));
        Assert.That(halved.Add(Listing(halved, ("a", "1"))).Judged(Checker), Has.Exactly(1).Contains("'b' is not"));
    }

    [Test]
    public void A_transaction_that_sees_one_half_of_another_is_found()
    {
        var run = Paired();
        run.Add(run.New(CallKind.Transaction, (0, 1), CallOutcome.Ok) with
        {
            Operations = [new KeyOperation(OperationKind.Get, "a"), new KeyOperation(OperationKind.Get, "b")],
            Answer = RunBuilder.Answered(
                200, 6, null, new KeyAnswer("a", 200, "1", 5), new KeyAnswer("b", 404)) with
            { Succeeded = true },
        });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("'b' is absent"));
    }

    [Test]
    public void A_transaction_that_the_store_has_in_two_parts_is_found()
    {
        var run = Paired().Changed(5, "a", "1").Changed(6, "b", "1");

        Assert.That(run.Judged(Checker), Has.Some.Contains("did not change 'b' then"));
    }

    [Test]
    public void A_transaction_without_an_outcome_is_applied_completely_or_not_at_all()
    {
        RunBuilder Unknown()
        {
            var run = new RunBuilder();
            return run.Add(run.New(CallKind.Transaction, (0, 1), CallOutcome.Unknown) with
            {
                Operations =
                    [new KeyOperation(OperationKind.Set, "a", "1"), new KeyOperation(OperationKind.Set, "b", "2")],
            });
        }

        Assert.That(Unknown().Judged(Checker), Is.Empty);
        Assert.That(Unknown().Changed(5, "a", "1").Changed(5, "b", "2").Judged(Checker), Is.Empty);
        Assert.That(Unknown().Changed(5, "a", "1").Judged(Checker), Has.Exactly(1).Contains("'b' was not"));
        Assert.That(
            Unknown().Changed(5, "a", "1").Changed(6, "b", "2").Judged(Checker),
            Has.Exactly(1).Contains("at revisions 5 and 6"));
    }

    private static RunBuilder Paired() =>
        new RunBuilder().With(run => run with { Pairs = [new KeyPair(RunBuilder.Tenant, "a", "b")] });

    private static Call Listing(RunBuilder run, params (string Key, string Value)[] items) =>
        run.New(CallKind.Prefix, (0, 1), CallOutcome.Ok) with
        {
            Prefix = "",
            Answer = RunBuilder.Answered(
                200, 5, null, [.. items.Select(item => new KeyAnswer(item.Key, 200, item.Value, 5))]),
        };
}
