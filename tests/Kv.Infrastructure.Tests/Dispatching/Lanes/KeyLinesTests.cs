using Kv.Domain.Deliveries;
using Kv.Infrastructure.Dispatching.Lanes;
using Kv.Infrastructure.Tests.Watching;

namespace Kv.Infrastructure.Tests.Dispatching.Lanes;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeyLinesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    private readonly KeyLines _lines = new();

    [Test]
    public void The_deliveries_of_one_key_are_taken_one_at_a_time()
    {
        var (first, second) = (Add("a", 1), Add("a", 2));

        Assert.That(_lines.Take(Now), Is.SameAs(first));
        Assert.That(_lines.Take(Now), Is.Null);
        _lines.Remove(first);
        Assert.That(_lines.Take(Now), Is.SameAs(second));
    }

    [Test]
    public void Keys_do_not_wait_for_each_other()
    {
        var (a, b) = (Add("a", 1), Add("b", 2));

        Assert.That(new[] { _lines.Take(Now), _lines.Take(Now) }, Is.EqualTo(new[] { a, b }));
    }

    [Test]
    public void A_failed_delivery_holds_those_behind_it_until_it_is_due()
    {
        var first = Add("a", 1);
        Add("a", 2);
        _lines.Retry(_lines.Take(Now)!, Now.AddSeconds(5));

        Assert.That(_lines.NextDue, Is.EqualTo(Now.AddSeconds(5)));
        Assert.That(_lines.Take(Now.AddSeconds(4)), Is.Null);
        Assert.That(_lines.Take(Now.AddSeconds(5)), Is.SameAs(first));
    }

    [Test]
    public void The_earliest_due_delivery_is_taken_first()
    {
        Add("a", 1, Now.AddSeconds(3));
        var soon = Add("b", 2, Now.AddSeconds(1));

        Assert.That(_lines.Take(Now.AddSeconds(5)), Is.SameAs(soon));
    }

    [Test]
    public void A_delivery_of_an_earlier_change_goes_first_whenever_it_is_added()
    {
        var (third, first, second) = (Add("a", 3), Add("a", 1), Add("a", 2));

        foreach (var next in new[] { first, second, third })
        {
            Assert.That(_lines.Take(Now), Is.SameAs(next));
            _lines.Remove(next);
        }
        Assert.That(_lines.Take(Now), Is.Null);
    }

    [Test]
    public void A_delivery_of_an_earlier_change_waits_for_the_running_one_and_goes_before_its_retry()
    {
        var second = Add("a", 2);
        _lines.Take(Now);
        var first = Add("a", 1);

        Assert.That(_lines.Take(Now), Is.Null);
        _lines.Retry(second, Now.AddSeconds(1));
        Assert.That(_lines.Take(Now), Is.SameAs(first));
        _lines.Remove(first);
        Assert.That(_lines.Take(Now), Is.Null);
        Assert.That(_lines.Take(Now.AddSeconds(1)), Is.SameAs(second));
    }

    [Test]
    public void A_delivery_that_is_removed_before_its_turn_is_skipped()
    {
        var (first, second, third) = (Add("a", 1), Add("a", 2), Add("a", 3));
        _lines.Remove(first);
        _lines.Remove(third);

        Assert.That(_lines.Take(Now), Is.SameAs(second));
        _lines.Remove(second);
        Assert.That(_lines.Take(Now), Is.Null);
    }

    [Test]
    public void A_delivery_that_is_made_due_is_taken_now_and_its_former_time_is_ignored()
    {
        var item = Add("a", 1, Now.AddHours(1));
        _lines.MakeDue(item);

        Assert.That(_lines.Take(Now), Is.SameAs(item));
        _lines.Retry(item, Now.AddHours(5));
        Assert.That(_lines.Take(Now.AddHours(2)), Is.Null);
        Assert.That(_lines.Take(Now.AddHours(5)), Is.SameAs(item));
    }

    [Test]
    public void A_key_whose_deliveries_are_done_can_come_again()
    {
        _lines.Remove(Add("a", 1) is var first ? _lines.Take(Now)! : first);
        var again = Add("a", 2);

        Assert.That(_lines.Take(Now), Is.SameAs(again));
    }

    // A long run of random steps, checked against the one rule that matters.
    [Test]
    public void Under_random_steps_the_deliveries_of_a_key_keep_their_order()
    {
        var random = new Random(7);
        var clock = Now;
        var (busy, waiting) = (new List<LaneItem>(), new List<LaneItem>());
        var done = new Dictionary<string, long>();
        for (var revision = 1; revision <= 20_000; revision++)
        {
            clock = clock.AddSeconds(1);
            Add($"key{random.Next(20)}", revision);
            while (busy.Count < 8 && _lines.Take(clock) is { } item)
            {
                waiting.Remove(item);
                busy.Add(item);
            }
            if (random.Next(10) == 0)
                waiting.ForEach(_lines.MakeDue);
            foreach (var item in busy.Where(_ => random.Next(3) > 0).ToList())
            {
                busy.Remove(item);
                if (random.Next(4) == 0)
                {
                    _lines.Retry(item, clock.AddSeconds(random.Next(1, 5)));
                    waiting.Add(item);
                    continue;
                }
                Assert.That(item.Id.Revision, Is.GreaterThan(done.GetValueOrDefault(item.Key)));
                done[item.Key] = item.Id.Revision;
                _lines.Remove(item);
            }
        }
        Assert.That(done, Has.Count.EqualTo(20));
    }

    private LaneItem Add(string key, long revision, DateTimeOffset dueAt = default)
    {
        var item = Item(key, revision, dueAt);
        _lines.Add(item);
        return item;
    }

    private static LaneItem Item(string key, long revision, DateTimeOffset dueAt = default)
    {
        var change = Some.Created(key, revision);
        return new LaneItem(Delivery.Due(
            DeliveryId.For(Guid.Empty, revision, key), change.Tenant, DeliveryEvent.From(change),
            dueAt), now: DateTimeOffset.MaxValue);
    }
}
