using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class RevisionOrderCheckerTests
{
    private static readonly RevisionOrderChecker Checker = new();

    [Test]
    public void Concurrent_calls_may_return_revisions_in_any_order()
    {
        var run = new RunBuilder().Put("a", "1", (0, 10), revision: 7).Get("b", (5, 12), null, null, revision: 6)
            .Put("b", "2", (13, 14), 8);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_read_behind_an_earlier_answer_is_found()
    {
        var run = new RunBuilder().Put("a", "1", (0, 10), revision: 7).Get("b", (11, 12), null, null, revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#2").And.Contains("#1").And.Contains("revision 7"));
    }

    [Test]
    public void A_read_behind_an_earlier_watch_event_is_found()
    {
        var run = new RunBuilder()
            .Add(new WatchEvent
            {
                Watch = "w",
                Connection = 0,
                At = 5,
                Name = "create",
                Key = "a",
                Value = "1",
                ETag = 7,
            })
            .Get("b", (11, 12), null, null, revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("watch w"));
    }

    [Test]
    public void A_serializable_read_may_be_behind()
    {
        var run = new RunBuilder().Put("a", "1", (0, 10), revision: 7);
        run.Add(run.New(CallKind.Get, (11, 12), CallOutcome.Ok) with
        {
            IsSerializable = true,
            Operations = [new KeyOperation(OperationKind.Get, "b")],
            Answer = RunBuilder.Answered(404, 6, null),
        });

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_write_at_a_revision_that_was_known_before_is_found()
    {
        var run = new RunBuilder().Get("b", (0, 1), null, null, revision: 6).Put("a", "1", (2, 3), revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#2"));
    }
}
