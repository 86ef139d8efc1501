using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Linearizability;

public sealed class LinearizabilityCheckerTests
{
    [TestCase(null, "b", true)]
    [TestCase("c", "c", true)]
    [TestCase(null, "c", false)]
    [TestCase("c", "b", false)]
    public void An_import_that_skips_existing_keys_writes_only_absent_ones(string? stood, string seen, bool isRight)
    {
        var run = new RunBuilder();
        if (stood is not null)
            run.Put("k", stood, (0, 1), revision: 5);
        run.Add(run.New(CallKind.Import, (2, 3), CallOutcome.Ok) with
        {
            Operations = [new KeyOperation(OperationKind.Set, "k", "b")],
            SkipsExisting = true,
            Answer = new Answer { Status = 200 },
        });
        run.Get("k", (4, 5), seen, etag: seen == stood ? 5 : 6, revision: 6);

        Assert.That(run.Judged(new LinearizabilityChecker()), Has.Count.EqualTo(isRight ? 0 : 1));
    }

    private static readonly LinearizabilityChecker Checker = new();

    [Test]
    public void Sequential_calls_take_effect_in_order()
    {
        var run = new RunBuilder()
            .Get("k", (0, 1), null, null, revision: 1)
            .Put("k", "a", (2, 3), revision: 5)
            .Get("k", (4, 5), "a", 5, revision: 5)
            .Put("k", "b", (6, 7), revision: 6)
            .Get("k", (8, 9), "b", 6, revision: 7)
            .Delete("k", (10, 11), revision: 8)
            .Get("k", (12, 13), null, null, revision: 8);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void Concurrent_calls_may_take_effect_in_either_order()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 100), revision: 6)
            .Put("k", "b", (0, 100), revision: 5)
            .Get("k", (10, 90), "b", 5, revision: 5)
            .Get("k", (95, 110), "a", 6, revision: 6);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    // At first it would find nothing, and change nothing.
    [Test]
    public void A_deletion_in_a_bulk_may_take_effect_late()
    {
        var run = new RunBuilder()
            .Call(
                CallKind.Bulk, (0, 100), new KeyOperation(OperationKind.Delete, "k"),
                RunBuilder.Answered(200, 8, null, new KeyAnswer("k", 204)))
            .Put("k", "a", (10, 20), revision: 5)
            .Put("k", "b", (30, 40), revision: 7, new KeyCondition("k", ConditionKind.Absent));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_stale_read_is_found()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5)
            .Put("k", "b", (2, 3), revision: 6)
            .Get("k", (4, 5), "a", 5, revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("key 'k'").And.Contains("#3").And.Contains("b@6"));
    }

    [Test]
    public void A_read_at_an_earlier_revision_than_an_earlier_answer_is_found()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5)
            .Put("k", "b", (2, 3), revision: 6)
            .Get("k", (4, 5), "b", 6, revision: 5);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#3"));
    }

    [Test]
    public void An_acknowledged_write_that_is_lost_is_found()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5)
            .Get("k", (2, 3), null, null, revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#2"));
    }

    [Test]
    public void A_write_without_an_outcome_may_happen_late_or_never()
    {
        var run = new RunBuilder()
            .PutUnknown("k", "a", (0, 1))
            .PutUnknown("k", "b", (0, 1))
            .Get("k", (2, 3), null, null, revision: 4)
            .Put("k", "c", (4, 5), revision: 5)
            .Get("k", (6, 7), "a", 6, revision: 6)
            .DeleteUnknown("k", (8, 9))
            .Get("k", (10, 11), "a", 6, revision: 6)
            .Get("k", (12, 13), null, null, revision: 7);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_write_without_an_outcome_happens_once()
    {
        var run = new RunBuilder()
            .PutUnknown("k", "a", (0, 1))
            .Get("k", (2, 3), "a", 4, revision: 4)
            .Put("k", "b", (4, 5), revision: 5)
            .Get("k", (6, 7), "a", 6, revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#4"));
    }

    [Test]
    public void A_value_that_was_never_written_is_found()
    {
        var run = new RunBuilder().Get("k", (0, 1), "x", 3, revision: 3);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("x"));
    }

    [Test]
    public void Two_winners_of_one_creation_are_found()
    {
        var absent = new KeyCondition("k", ConditionKind.Absent);
        var run = new RunBuilder()
            .Put("k", "a", (0, 10), revision: 5, absent)
            .Put("k", "b", (0, 10), revision: 6, absent);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains("#2"));
    }

    [Test]
    public void A_refusal_shows_the_state_of_the_key()
    {
        var (at5, at6) =
            (new KeyCondition("k", ConditionKind.WrittenAt, 5), new KeyCondition("k", ConditionKind.WrittenAt, 6));
        var right = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 6)
            .PutRefused("k", "b", (2, 3), at5, revision: 6, found: 6);
        var wrong = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 6)
            .PutRefused("k", "b", (2, 3), at6, revision: 6, found: 6);

        Assert.That(right.Judged(Checker), Is.Empty);
        Assert.That(wrong.Judged(Checker), Has.Exactly(1).Contains("#2"));
    }

    [Test]
    public void A_key_is_gone_once_it_has_expired_and_not_before()
    {
        const long expireAt = RunBuilder.StartSecond + 2;
        var right = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5, ttl: 1, expireAt: expireAt)
            .Get("k", (1_500_000, 1_600_000), "a", 5, revision: 5, expireAt)
            .Get("k", (1_900_000, 2_100_000), null, null, revision: 5)
            .Get("k", (2_200_000, 2_300_000), null, null, revision: 6);
        var early = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5, ttl: 1, expireAt: expireAt)
            .Get("k", (1_500_000, 1_600_000), null, null, revision: 5);
        var late = new RunBuilder()
            .Put("k", "a", (0, 1), revision: 5, ttl: 1, expireAt: expireAt)
            .Get("k", (2_200_000, 2_300_000), "a", 5, revision: 5, expireAt);

        Assert.That(right.Judged(Checker), Is.Empty);
        Assert.That(early.Judged(Checker), Has.Exactly(1).Contains("#2"));
        Assert.That(late.Judged(Checker), Has.Exactly(1).Contains("#2"));
    }

    [Test]
    public void Repeats_under_one_idempotency_key_are_one_write()
    {
        var run = new RunBuilder();
        var first = run.New(CallKind.Post, (0, 1), CallOutcome.Unknown) with
        {
            IdempotencyKey = "i",
            Operations = [new KeyOperation(OperationKind.Set, "k", "a")],
        };
        run.Add(first)
            .Put("k", "b", (2, 3), revision: 6)
            .Add(first with
            {
                Id = 9,
                Start = 4,
                End = 5,
                Outcome = CallOutcome.Ok,
                Answer = RunBuilder.Answered(201, 5, 5, new KeyAnswer("k", 201, ETag: 5)) with { IsReplayed = true },
            })
            .Get("k", (6, 7), "b", 6, revision: 6);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_transaction_sees_and_writes_each_key_in_turn()
    {
        var run = new RunBuilder().Put("k", "a", (0, 1), revision: 5);
        var transaction = run.New(CallKind.Transaction, (2, 3), CallOutcome.Ok) with
        {
            Conditions = [new KeyCondition("k", ConditionKind.HasValue, Value: "a")],
            Operations =
            [
                new KeyOperation(OperationKind.Get, "k"), new KeyOperation(OperationKind.Set, "k", "b"),
                new KeyOperation(OperationKind.Get, "k"),
            ],
        };
        Answer Answered(string before) => RunBuilder.Answered(
            200, 6, null, new KeyAnswer("k", 200, before, 5), new KeyAnswer("k", 200, ETag: 6),
            new KeyAnswer("k", 200, "b", 6)) with
        {
            Succeeded = true,
        };

        Assert.That(run.Add(transaction with { Answer = Answered("a") }).Judged(Checker), Is.Empty);
        Assert.That(
            new RunBuilder().Put("k", "a", (0, 1), revision: 5).Add(transaction with { Answer = Answered("x") })
                .Judged(Checker),
            Has.Exactly(1).Contains("#2"));
    }

    [Test]
    public void Many_calls_of_one_key_with_many_unknown_outcomes_are_judged()
    {
        var run = new RunBuilder();
        var random = new Random(7);
        var (revision, time) = (10L, 0L);
        string? stands = null;
        var etag = 0L;
        for (var i = 0; i < 4_000; i++, time += 10)
        {
            switch (random.Next(5))
            {
                case 0:
                    run.Put("k", stands = $"v{i}", (time, time + 45), etag = ++revision);
                    break;
                case 1 when random.Next(10) == 0:
                    run.PutUnknown("k", $"u{i}", (time, time + 45));
                    if (random.Next(2) == 0)
                        (stands, etag) = ($"u{i}", ++revision);
                    break;
                case 2 when random.Next(10) == 0:
                    run.DeleteUnknown("k", (time, time + 45));
                    if (random.Next(2) == 0)
                        (stands, etag) = (null, 0);
                    break;
                default:
                    run.Get("k", (time, time + 45), stands, stands is null ? null : etag, revision);
                    break;
            }
        }

        Assert.That(run.Judged(Checker), Is.Empty);
    }
}
