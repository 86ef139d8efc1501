using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Tests.Watching;

namespace Kv.Infrastructure.Tests.Deliveries;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LaneWindowTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    private readonly LaneWindow _window = new();

    [Test]
    public void The_deliveries_of_one_key_are_taken_one_after_the_other()
    {
        var (first, second) = (Add("a", 1), Add("a", 2));

        Assert.That(_window.Take(Now), Is.SameAs(first));
        Assert.That(_window.Take(Now), Is.Null);
        _window.Finish(first);
        Assert.That(_window.Take(Now), Is.SameAs(second));
    }

    [Test]
    public void Keys_do_not_wait_for_each_other()
    {
        var (a, b) = (Add("a", 1), Add("b", 2));

        Assert.That(new[] { _window.Take(Now), _window.Take(Now) }, Is.EqualTo(new[] { a, b }));
    }

    [Test]
    public void A_failed_delivery_holds_those_behind_it_until_it_is_due()
    {
        var first = Add("a", 1);
        Add("a", 2);
        _window.Retry(_window.Take(Now)!, Now.AddSeconds(5));

        Assert.That(_window.NextDue, Is.EqualTo(Now.AddSeconds(5)));
        Assert.That(_window.Take(Now.AddSeconds(4)), Is.Null);
        Assert.That(_window.Take(Now.AddSeconds(5)), Is.SameAs(first));
    }

    [Test]
    public void What_is_due_first_is_taken_first()
    {
        Add("a", 1, Now.AddSeconds(3));
        var soon = Add("b", 2, Now.AddSeconds(1));

        Assert.That(_window.Take(Now.AddSeconds(5)), Is.SameAs(soon));
    }

    [Test]
    public void A_delivery_that_is_there_is_not_added_again()
    {
        Add("a", 1);

        Assert.That(_window.TryAdd(Item("a", 1)), Is.False);
        Assert.That(_window.Count, Is.EqualTo(1));
    }

    [Test]
    public void What_was_made_due_is_taken_now_and_its_old_time_counts_no_more()
    {
        var item = Add("a", 1, Now.AddHours(1));
        _window.MakeDue(item);

        Assert.That(_window.Take(Now), Is.SameAs(item));
        _window.Retry(item, Now.AddHours(5));
        Assert.That(_window.Take(Now.AddHours(2)), Is.Null);
        Assert.That(_window.Take(Now.AddHours(5)), Is.SameAs(item));
    }

    [Test]
    public void Made_due_all_are_taken_but_what_is_under_way()
    {
        var busy = Add("a", 1);
        _window.Take(Now);
        Add("b", 2, Now.AddHours(1));
        Add("c", 3, Now.AddHours(2));
        _window.MakeAllDue();

        Assert.That(new[] { _window.Take(Now)!.Key, _window.Take(Now)!.Key }, Is.EquivalentTo(["b", "c"]));
        Assert.That(_window.Take(Now), Is.Null, busy.Key);
    }

    [Test]
    public void A_key_whose_deliveries_are_done_can_come_again()
    {
        _window.Finish(Add("a", 1) is var first ? _window.Take(Now)! : first);
        var again = Add("a", 2);

        Assert.That(_window.Count, Is.EqualTo(1));
        Assert.That(_window.Take(Now), Is.SameAs(again));
    }

    // A long run of random steps, held against the one rule that matters.
    [Test]
    public void However_it_goes_the_deliveries_of_a_key_keep_their_order()
    {
        var random = new Random(7);
        var clock = Now;
        var busy = new List<LaneItem>();
        var done = new Dictionary<string, long>();
        for (var revision = 1; revision <= 20_000; revision++)
        {
            clock = clock.AddSeconds(1);
            Add($"key{random.Next(20)}", revision);
            while (busy.Count < 8 && _window.Take(clock) is { } item)
                busy.Add(item);
            if (random.Next(10) == 0 && _window.Count > 0 && busy.Count > 0)
                _window.MakeAllDue();
            foreach (var item in busy.Where(_ => random.Next(3) > 0).ToList())
            {
                busy.Remove(item);
                if (random.Next(4) == 0)
                {
                    _window.Retry(item, clock.AddSeconds(random.Next(1, 5)));
                    continue;
                }
                Assert.That(item.Id.Revision, Is.GreaterThan(done.GetValueOrDefault(item.Key)));
                done[item.Key] = item.Id.Revision;
                _window.Finish(item);
            }
        }
        Assert.That(done, Has.Count.EqualTo(20));
    }

    private LaneItem Add(string key, long revision, DateTimeOffset dueAt = default)
    {
        var item = Item(key, revision, dueAt);
        Assert.That(_window.TryAdd(item), Is.True);
        return item;
    }

    private static LaneItem Item(string key, long revision, DateTimeOffset dueAt = default)
    {
        var change = Some.Created(key, revision);
        return new LaneItem(Delivery.Due(
            DeliveryId.Of(Guid.Empty, revision, key), change.Tenant, DeliveryEvent.Of(change), dueAt));
    }
}
