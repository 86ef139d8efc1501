using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class HistoryCheckerTests
{
    private static readonly HistoryChecker Checker = new();

    private static readonly HistoryEntry Created = new(5, "create", Value: "1");
    private static readonly HistoryEntry Updated = new(6, "update", Value: "2");
    private static readonly HistoryEntry Deleted = new(8, "delete", "deleted");
    private static readonly HistoryEntry Again = new(9, "create", Value: "3");

    [Test]
    public void Complete_histories_and_pages_are_right()
    {
        Assert.That(Judged(Page(Again, Deleted, Updated, Created)), Is.Empty);
        Assert.That(Judged(Page(Again, Deleted) with { Before = 8 }, limit: 2), Is.Empty);
        Assert.That(Judged(Page(Updated, Created), before: 8), Is.Empty);
        Assert.That(Judged(Page() with { Before = 7 }, before: 8), Is.Empty);
    }

    [Test]
    public void A_change_that_is_left_out_is_found()
    {
        Assert.That(
            Judged(Page(Deleted, Updated, Created)), Has.Exactly(1).Contains("left out").And.Contains("revision 9"));
        Assert.That(
            Judged(Page(Again, Updated, Created)), Has.Exactly(1).Contains("left out").And.Contains("revision 8"));
        Assert.That(
            Judged(Page(Again, Deleted, Updated)), Has.Exactly(1).Contains("left out").And.Contains("revision 5"));
        Assert.That(
            Judged(Page(Again, Deleted) with { Before = 6 }),
            Has.Exactly(1).Contains("left out").And.Contains("revision 6"));
        Assert.That(Judged(new Answer { Status = 404 }), Has.Exactly(1).Contains("left out"));
    }

    [Test]
    public void A_change_that_is_not_known_to_precede_the_call_may_be_left_out() =>
        Assert.That(Judged(Page(Deleted, Updated, Created), known: 8), Is.Empty);

    [Test]
    public void A_wrong_history_item_is_found()
    {
        Assert.That(
            Judged(Page(Again with { Value = "4" }, Deleted, Updated, Created)),
            Has.Exactly(1).Contains("another value"));
        Assert.That(
            Judged(Page(Again, Deleted with { Reason = "expired" }, Updated, Created)),
            Has.Exactly(1).Contains("shown as expired"));
        Assert.That(Judged(Page(Again, Deleted, Created, Updated)), Has.Exactly(1).Contains("revision 6 after 5"));
        Assert.That(
            Judged(Page(Again, Again with { Revision = 7 }, Deleted, Updated, Created)),
            Has.Some.Contains("does not have"));
        Assert.That(Judged(Page(Again, Deleted, Updated, Created), limit: 3), Has.Exactly(1).Contains("asked for 3"));
        Assert.That(Judged(Page(Again, Deleted), before: 9), Has.Some.Contains("revision 9 after 9"));
    }

    [Test]
    public void A_history_ends_at_the_oldest_revision_of_a_compaction()
    {
        var compacted = Page(Again, Deleted, Updated) with { OldestRevision = 7 };

        Assert.That(Judged(compacted), Has.Exactly(1).Contains("although nothing"));
        Assert.That(Judged(compacted, compactedAt: 7), Is.Empty);
        Assert.That(Judged(Page(Again, Deleted, Updated, Created) with { OldestRevision = 7 }, compactedAt: 7),
            Has.Exactly(1).Contains("before the oldest revision"));
        Assert.That(
            Judged(Page(Again) with { OldestRevision = 7 }, compactedAt: 7), Has.Exactly(1).Contains("left out"));
        Assert.That(Judged(new Answer { Status = 404 }, compactedAt: 9), Is.Empty);
    }

    private static Answer Page(params HistoryEntry[] events) => new()
    {
        Status = 200,
        OldestRevision = 0,
        Events = events,
    };

    private static IReadOnlyList<string> Judged(
        Answer answer, int limit = 10, long? before = null, long known = 9, long? compactedAt = null)
    {
        var run = new RunBuilder()
            .Changed(5, "k", "1").Changed(6, "k", "2").Changed(7, "other", "1").Changed(8, "k", null)
                .Changed(9, "k", "3")
            .Delete("k", (0, 1), revision: 8).Get("x", (2, 3), null, null, revision: known);
        if (compactedAt is { } revision)
            run.Add(new Fault(Fault.Compact, "etcd", 4, 5, $"{revision}"));
        run.Add(run.New(CallKind.History, (10, 20), CallOutcome.Ok) with
        {
            Operations = [new KeyOperation(OperationKind.Get, "k")],
            Limit = limit,
            Before = before,
            Answer = answer,
        });
        return run.Judged(Checker);
    }
}
