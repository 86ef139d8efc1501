using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;

namespace Kv.Domain.Tests.Deliveries;

internal sealed class DeliveryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly Tenant Tenant = new Tenant("shop", "cart");
    private static readonly RetrySchedule Schedule = new([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100)]);
    private static readonly Chance Middle = new(0.5);

    [Test]
    public void A_new_delivery_is_due_immediately()
    {
        var delivery = NewDelivery();

        Assert.That(delivery.Status, Is.EqualTo(DeliveryStatus.Pending));
        Assert.That(delivery.NextAttemptAt, Is.EqualTo(Now));
        Assert.That(delivery.Attempts, Is.Empty);
        Assert.That(delivery.Failures, Is.Zero);
        Assert.That(delivery.FailedReason, Is.Null);
    }

    [Test]
    public void After_a_failure_it_waits_from_the_end_of_the_attempt()
    {
        var delivery = NewDelivery();

        delivery.Fail(Failed(), Schedule, Middle);

        Assert.That(delivery.NextAttemptAt, Is.EqualTo(Now.AddSeconds(3 + 10)));
        Assert.That(delivery.Status, Is.EqualTo(DeliveryStatus.Pending));
        Assert.That(delivery.Failures, Is.EqualTo(1));
    }

    [Test]
    public void A_clock_that_is_set_back_does_not_lengthen_the_wait()
    {
        var delivery = NewDelivery();
        Assert.That(delivery.DueBy(Now.AddHours(-1)), Is.EqualTo(Now.AddHours(-1)), "it was due immediately");

        delivery.Fail(Failed(), Schedule, Middle);

        Assert.That(delivery.Wait, Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(delivery.DueBy(Now.AddHours(-1)), Is.EqualTo(Now.AddHours(-1).AddSeconds(10)));
        Assert.That(delivery.DueBy(Now.AddSeconds(9)), Is.EqualTo(Now.AddSeconds(13)));
        delivery.GiveUp("Because.");
        Assert.That((delivery.Wait, delivery.DueBy(Now)), Is.EqualTo(((TimeSpan?)null, (DateTimeOffset?)null)));
    }

    [Test]
    public void It_waits_as_long_as_the_receiver_asks_for()
    {
        var delivery = NewDelivery();

        delivery.Fail(Failed() with { RetryAfter = TimeSpan.FromHours(1) }, Schedule, Middle);

        Assert.That(delivery.NextAttemptAt, Is.EqualTo(Now.AddSeconds(3 + 3600)));
    }

    [Test]
    public void After_the_last_attempt_it_has_failed()
    {
        var delivery = NewDelivery();

        for (var i = 0; i < 3; i++)
        {
            Assert.That(delivery.Status, Is.EqualTo(DeliveryStatus.Pending));
            delivery.Fail(Failed(), Schedule, Middle);
        }

        Assert.That(delivery.Status, Is.EqualTo(DeliveryStatus.Failed));
        Assert.That(delivery.NextAttemptAt, Is.Null);
        Assert.That(delivery.FailedReason, Is.EqualTo("All attempts failed."));
        Assert.That(delivery.Attempts, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_receiver_that_answers_410_is_not_tried_again()
    {
        var delivery = NewDelivery();

        delivery.Fail(Failed() with { Status = 410 }, Schedule, Middle);

        Assert.That(delivery.Status, Is.EqualTo(DeliveryStatus.Failed));
        Assert.That(delivery.FailedReason, Is.EqualTo("The receiver answered 410 Gone."));
    }

    [Test]
    public void A_redelivery_is_due_with_all_its_attempts_left()
    {
        var delivery = NewDelivery();
        delivery.Fail(Failed(), Schedule, Middle);
        delivery.GiveUp("The webhook was disabled.");

        delivery.Redeliver(Now.AddDays(1));

        Assert.That(delivery.Status, Is.EqualTo(DeliveryStatus.Pending));
        Assert.That(delivery.NextAttemptAt, Is.EqualTo(Now.AddDays(1)));
        Assert.That(delivery.FailedReason, Is.Null);
        Assert.That(delivery.Failures, Is.Zero);
        Assert.That(delivery.Attempts, Has.Count.EqualTo(1), "the former attempt is kept");
    }

    [Test]
    public void Only_the_last_attempts_are_kept()
    {
        var delivery = NewDelivery();

        for (var i = 0; i < 25; i++)
        {
            delivery.Redeliver(Now);
            delivery.Fail(Failed() with { Status = 500 + i }, Schedule, Middle);
        }

        Assert.That(delivery.Attempts.Select(attempt => attempt.Status), Is.EqualTo(Enumerable.Range(505, 20)));
    }

    [Test]
    public void It_is_restored_from_the_store_unchanged()
    {
        var delivery = NewDelivery();
        delivery.Fail(Failed(), Schedule, Middle);

        var restored = new Delivery(
            delivery.Id, delivery.Tenant, delivery.Event, delivery.Attempts, delivery.Failures, delivery.NextAttemptAt,
            delivery.FailedReason);

        Assert.That(restored, Has.Property(nameof(Delivery.Status)).EqualTo(delivery.Status)
            .And.Property(nameof(Delivery.Failures)).EqualTo(1)
            .And.Property(nameof(Delivery.NextAttemptAt)).EqualTo(delivery.NextAttemptAt)
            .And.Property(nameof(Delivery.Attempts)).EqualTo(delivery.Attempts));
    }

    [Test]
    public void An_event_describes_its_change()
    {
        var value = new byte[] { 1, 2 };

        Assert.That(
            DeliveryEvent.From(new KeyCreated(Tenant, Key.Parse("k"), 7, 100, value, 160)),
            Is.EqualTo(new DeliveryEvent(KeyChangeKind.Create, "k", value, 160, 100) { Revision = 7 }));
        Assert.That(
            DeliveryEvent.From(new KeyDeleted(Tenant, Key.Parse("k"), 7, 100, DeletionReason.Expired)),
            Is.EqualTo(new DeliveryEvent(KeyChangeKind.Expire, "k", null, null, 100) { Revision = 7 }));
    }

    private static Delivery NewDelivery() => Delivery.Due(
        DeliveryId.For(Guid.NewGuid(), 7, "k"), Tenant,
        new DeliveryEvent(KeyChangeKind.Delete, "k", null, null, 100), Now);

    private static Attempt Failed() => new() { At = Now, Duration = TimeSpan.FromSeconds(3), Status = 500 };
}
