using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class WatchCheckerTests
{
    private static readonly WatchChecker Checker = new();

    [Test]
    public void A_watch_that_delivers_everything_over_several_connections_is_right()
    {
        var run = Store()
            .Add(Connection(0, 0, 10, revision: 4))
            .Add(Beat(0, 1, 4))
            .Add(Event(0, 2, "create", "k/a", "1", 5, id: 5))
            .Add(Event(0, 3, "create", "k/b", "2", 7, id: null))
            // The connection is lost in the middle of revision 7: both changes of it are delivered again.
            .Add(Connection(1, 10, 20, since: 5) with { Replica = "replica-1" })
            .Add(Event(1, 11, "create", "k/b", "2", 7, id: null))
            .Add(Event(1, 12, "update", "k/a", "3", 7, id: 7))
            .Add(Beat(1, 13, 8))
            .Add(Event(1, 14, "delete", "k/a", null, 9, id: 9) with { Reason = "deleted" })
            .Delete("k/a", (0, 1), revision: 9)
            .With(run => run with { SettledRevision = 9 });

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_change_that_is_left_out_is_found_by_the_next_event()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 4)).Add(Event(0, 2, "create", "k/b", "2", 7, id: null));

        Assert.That(
            run.Judged(Checker),
            Has.Exactly(1).Contains("1 changes were not delivered").And.Contains("'k/a' = 1 at revision 5"));
    }

    [Test]
    public void A_change_that_is_left_out_is_found_by_the_next_heartbeat()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 4)).Add(Beat(0, 2, 6));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("up to id 6"));
    }

    [Test]
    public void A_change_that_is_left_out_is_found_at_the_end()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 8)).With(run => run with { SettledRevision = 9 });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("'k/a' removed at revision 9"));
    }

    [Test]
    public void A_watch_that_resumes_from_the_present_is_found()
    {
        var run = Store()
            .Add(Connection(0, 0, 10, revision: 4)).Add(Beat(0, 1, 4))
            .Add(Connection(1, 11, 20, since: 4) with { Revision = 8 }).Add(Beat(1, 12, 8));

        Assert.That(
            run.Judged(Checker),
            Has.Some.Contains("begins behind 8").And.Some.Contains("3 changes were not delivered"));
    }

    [Test]
    public void A_change_that_is_delivered_twice_is_found()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 4))
            .Add(Event(0, 2, "create", "k/a", "1", 5, id: 5)).Add(Event(0, 3, "create", "k/a", "1", 5, id: 5));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("delivered twice"));
    }

    [Test]
    public void Changes_in_the_wrong_order_are_found()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 5))
            .Add(Event(0, 2, "delete", "k/a", null, 9, id: 9) with { Reason = "deleted" })
            .Add(Event(0, 3, "create", "k/b", "2", 7, id: null))
            .Delete("k/a", (0, 1), revision: 9);

        Assert.That(run.Judged(Checker), Has.Some.Contains("delivered after revision 9"));
    }

    [Test]
    public void A_revision_that_is_split_is_found()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 5))
            .Add(Event(0, 2, "create", "k/b", "2", 7, id: 7)).Add(Event(0, 3, "update", "k/a", "3", 7, id: 7));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("in the middle of a revision"));
    }

    [Test]
    public void A_revision_that_ends_without_an_id_is_found()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 4)).Add(Event(0, 2, "create", "k/a", "1", 5, id: null));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("last event of a revision"));
    }

    [Test]
    public void A_change_that_did_not_happen_is_found()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 4))
            .Add(Event(0, 2, "create", "k/a", "1", 5, id: 5)).Add(Event(0, 3, "create", "k/x", "1", 6, id: 6));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("no such change"));
    }

    [TestCase("update", "1", null, "shown as update")]
    [TestCase("create", "x", null, "another value")]
    [TestCase("create", "1", 1_234L, "shown to expire")]
    public void A_change_that_is_delivered_with_wrong_fields_is_found(
        string name, string value, long? expireAt, string fault)
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 4))
            .Add(Event(0, 2, name, "k/a", value, 5, id: 5) with { ExpireAt = expireAt });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains(fault));
    }

    [Test]
    public void A_deletion_that_is_delivered_as_an_expiry_is_found()
    {
        var run = Store().Add(Connection(0, 0, 10, revision: 8))
            .Add(Event(0, 2, "delete", "k/a", null, 9, id: 9) with { Reason = "expired" })
                .Delete("k/a", (0, 1), revision: 9);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("shown as expired"));
    }

    [Test]
    public void A_watch_is_gone_only_when_its_position_was_compacted()
    {
        RunBuilder Gone(long compacted) => Store().Add(new Fault(Fault.Compact, "etcd", 1, 1, $"{compacted}"))
            .Add(Connection(0, 0, 10, revision: 4)).Add(Event(0, 2, "create", "k/a", "1", 5, id: 5))
            .Add(new WatchEvent { Watch = "w", Connection = 0, At = 3, Name = "gone" })
            .Add(Connection(1, 11, 12, since: 5) with { Status = 410 });

        Assert.That(Gone(6).Judged(Checker), Is.Empty);
        Assert.That(Gone(5).Judged(Checker), Has.Exactly(2).Contains("nothing behind revision 5 was compacted"));
    }

    [Test]
    public void A_watch_delivers_nothing_after_the_gone_event()
    {
        var run = Store().With(run => run with { SettledRevision = 9 }).Add(new Fault(Fault.Compact, "etcd", 1, 1, "9"))
            .Add(Connection(0, 0, 10, revision: 4) with { OldestRevision = 9 })
            .Add(new WatchEvent { Watch = "w", Connection = 0, At = 3, Name = "gone" });

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    private static RunBuilder Store() => new RunBuilder()
        .Changed(5, "k/a", "1").Changed(6, "other", "x").Changed(7, "k/b", "2").Changed(7, "k/a", "3")
            .Changed(9, "k/a", null);

    private static WatchConnection Connection(
        int number, long start, long end, long? since = null, long? revision = null) => new()
        {
            Watch = "w",
            Number = number,
            Replica = "replica-0",
            Prefix = "k/",
            Since = since,
            Start = start,
            End = end,
            Status = 200,
            Revision = revision ?? since,
        };

    private static WatchEvent Beat(int connection, long at, long id) => new()
    {
        Watch = "w",
        Connection = connection,
        At = at,
        Id = id,
    };

    private static WatchEvent Event(
        int connection, long at, string name, string key, string? value, long revision, long? id) => new()
        {
            Watch = "w",
            Connection = connection,
            At = at,
            Name = name,
            Key = key,
            Value = value,
            ETag = revision,
            Id = id,
        };
}
