using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class WebhookCheckerTests
{
    private static readonly WebhookChecker Checker = new();

    [Test]
    public void A_webhook_that_receives_everything_in_order_is_right()
    {
        var run = Store()
            .Add(Arrival(1, 5, "create", "k/a", "1", status: 500))
            .Add(Arrival(2, 6, "create", "k/b", "2"))
            .Add(Arrival(3, 5, "create", "k/a", "1"))
            .Add(Arrival(4, 7, "update", "k/a", "3"))
            // Another leader sends it again.
            .Add(Arrival(5, 7, "update", "k/a", "3"))
            .Add(Arrival(6, 8, "delete", "k/a", null));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_change_that_is_never_delivered_is_found()
    {
        var run = Store().Add(Arrival(1, 5, "create", "k/a", "1")).Add(Arrival(4, 7, "update", "k/a", "3"))
            .Add(Arrival(6, 8, "delete", "k/a", null));

        Assert.That(
            run.Judged(Checker), Has.Exactly(1).Contains("1 changes were never delivered").And.Contains("'k/b' = 2"));
    }

    [Test]
    public void First_calls_out_of_order_are_found()
    {
        var run = All().Add(Arrival(0, 7, "update", "k/a", "3"));

        Assert.That(
            run.Judged(Checker), Has.Some.Contains("delivered 'k/a' = 3 at revision 7 before 'k/a' = 1 at revision 5")
            .And.Some.Contains("first delivered 'k/a' = 1 at revision 5 after 'k/a' = 3 at revision 7"));
    }

    [Test]
    public void A_change_that_does_not_wait_for_the_one_before_it_is_found()
    {
        var run = Store()
            .Add(Arrival(1, 5, "create", "k/a", "1", status: 500)).Add(Arrival(2, 6, "create", "k/b", "2"))
            .Add(Arrival(3, 7, "update", "k/a", "3")).Add(Arrival(4, 5, "create", "k/a", "1"))
                .Add(Arrival(6, 8, "delete", "k/a", null));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("before 'k/a' = 1 at revision 5 was accepted"));
    }

    [Test]
    public void Two_ids_for_one_change_are_found()
    {
        var run = All().Add(Arrival(7, 8, "delete", "k/a", null) with { MessageId = "msg_w_8_other" });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("two ids for one change"));
    }

    [Test]
    public void One_id_for_two_changes_is_found()
    {
        var run = All().Add(Arrival(7, 7, "update", "k/a", "3") with { MessageId = "msg_w_5_x" });

        Assert.That(run.Judged(Checker), Has.Some.Contains("one id for two changes"));
    }

    [TestCase("create", "k/a", "x", 5, "with other fields")]
    [TestCase("update", "k/a", "1", 5, "with other fields")]
    [TestCase("create", "k/c", "1", 9, "did not happen")]
    [TestCase("create", "other", "x", 4, "did not happen")]
    public void A_call_with_a_false_event_is_found(
        string name, string key, string value, long revision, string fault)
    {
        var run = All().Add(Arrival(7, revision, name, key, value));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains(fault));
    }

    [Test]
    public void A_delivery_that_still_waits_after_recovery_is_found()
    {
        var run = All().Add(new DeliveryLeft("w", "msg_w_8_x", "pending", "k/a", 8, 0));

        Assert.That(
            run.Judged(Checker), Has.Exactly(1).Contains("left pending with 0 attempts").And.Contains("msg_w_8_x"));
    }

    [Test]
    public void A_webhook_receives_the_events_that_it_asks_for_since_its_registration()
    {
        var run = new RunBuilder().Changed(5, "k/a", "1").Changed(6, "k/a", "1").Changed(7, "k/a", "2")
            .Changed(8, "k/a", "3")
            .With(run => run with { SettledRevision = 8 })
            .Add(Webhook("update") with { RegisteredAt = 5, IsChangedOnly = true })
            .Add(Arrival(3, 8, "update", "k/a", "3"));

        Assert.That(run.Judged(Checker), Has.Some.Contains("1 changes were never delivered: 'k/a' = 2"));
        Assert.That(run.Add(Arrival(1, 7, "update", "k/a", "2")).Judged(Checker), Is.Empty);
        Assert.That(
            run.Add(Arrival(2, 6, "update", "k/a", "1")).Judged(Checker),
            Has.Exactly(1).Contains("did not happen, or that it does not ask for"));
    }

    [Test]
    public void Waiting_deliveries_of_a_removed_webhook_may_be_dropped()
    {
        var run = new RunBuilder().Changed(5, "k/a", "1").Changed(6, "k/a", "2")
            .With(run => run with { SettledRevision = 8 })
            .Add(Webhook("*") with { RemovedAt = 7 }).Add(Arrival(1, 5, "create", "k/a", "1"));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_replay_may_deliver_changes_before_the_registration()
    {
        var run = All().Changed(2, "k/b", "0").Changed(3, "k/b", null).Delete("k/b", (0, 1), revision: 3)
            .Add(Arrival(7, 3, "delete", "k/b", null)).Add(Arrival(8, 2, "create", "k/b", "0"));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    // Another leader reads the change again after its deadline.
    [Test]
    public void A_deletion_that_is_delivered_as_an_expiry_has_no_order()
    {
        var run = new RunBuilder()
            .Changed(5, "k/a", "1", expireAt: 1_001).Changed(6, "k/a", null).Delete("k/a", (0, 1), revision: 6)
            .Changed(7, "k/a", "2", expireAt: 1_001).Changed(8, "k/a", null)
            .With(run => run with { SettledRevision = 8 })
            .Add(Webhook("expire")).Add(Arrival(1, 8, "expire", "k/a", null)).Add(Arrival(2, 6, "expire", "k/a", null));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void Of_compacted_changes_the_last_state_of_a_key_is_enough()
    {
        var run = Store().Add(new LogLine(
                "replica-0", 1, "Warning", "Kv",
                "The store has compacted the changes after revision 4 and through 7 before they were read. The rest"))
            .Add(Arrival(2, 6, "create", "k/b", "2")).Add(Arrival(3, 7, "create", "k/a", "3"))
                .Add(Arrival(6, 8, "delete", "k/a", null));

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void Of_compacted_changes_an_expired_key_need_not_be_delivered()
    {
        var run = new RunBuilder()
            .Changed(5, "k/a", "1", expireAt: RunBuilder.StartSecond + 2).Changed(6, "k/b", "2").Changed(7, "k/b", "2")
            .With(run => run with { SettledRevision = 7 })
            .Add(Webhook("*") with { IsChangedOnly = true })
            .Add(new LogLine(
                "replica-0", 1, "Warning", "Kv",
                "The store has compacted the changes after revision 4 and through 7 before they were read. The rest"));

        Assert.That(run.Add(Arrival(2, 7, "create", "k/b", "2")).Judged(Checker), Is.Empty);
    }

    private static RunBuilder Store() => new RunBuilder()
        .Changed(5, "k/a", "1").Changed(6, "k/b", "2").Changed(7, "k/a", "3").Changed(8, "k/a", null)
        .Delete("k/a", (0, 1), revision: 8)
        .With(run => run with { SettledRevision = 8 })
        .Add(Webhook("*"));

    private static RunBuilder All() => Store()
        .Add(Arrival(1, 5, "create", "k/a", "1")).Add(Arrival(2, 6, "create", "k/b", "2"))
        .Add(Arrival(3, 7, "update", "k/a", "3")).Add(Arrival(4, 8, "delete", "k/a", null));

    private static WebhookRegistration Webhook(string events) =>
        new() { Id = "w", Pattern = "k/*", Events = [events], Receiver = "/w", RegisteredAt = 4 };

    private static WebhookArrival Arrival(
        long at, long revision, string name, string key, string? value, int status = 200) => new()
        {
            Webhook = "w",
            At = at,
            MessageId = $"msg_w_{revision}_x",
            Event = name,
            Tenant = RunBuilder.Tenant,
            Key = key,
            Value = value,
            Status = status,
        };
}
