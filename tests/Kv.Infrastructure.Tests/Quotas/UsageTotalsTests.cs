using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Quotas;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>The arithmetic: what is counted, what is set aside, and what there is room for.</summary>
internal sealed class UsageTotalsTests
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly Tenant Others = new Tenant("n", "b");
    private static readonly Usage Key = new(1, 10);

    private UsageTotals _totals = null!;

    [SetUp]
    public void Make() => _totals = new UsageTotals(new Quota(MaxKeys: 3, MaxBytes: 100));

    [Test]
    public void Before_anything_is_counted_there_is_room_for_all_and_nothing_is_told()
    {
        Assert.That(_totals.TryReserve(Us, new Usage(1000, 1000), out var reservation), Is.True);
        _totals.Confirm(reservation, 5);

        Assert.That(() => _totals.Find(Us), Throws.TypeOf<UsageNotCountedException>());
        Assert.That(_totals.State, Is.EqualTo(UsageState.Counting));
    }

    [Test]
    public void What_is_counted_and_what_changes_add_up_by_tenant()
    {
        Count((Us, new Usage(2, 30)), (Others, Key));

        Assert.That(_totals.Apply(11, [(Us, Key), (Us, new Usage(0, -5)), (Others, default(Usage) - Key)]), Is.True);

        Assert.That(_totals.Find(Us), Is.EqualTo(new TenantUsage(new Usage(3, 35), new Quota(3, 100), 11)));
        Assert.That(_totals.Find(Others)!.Usage, Is.EqualTo(default(Usage)));
        Assert.That(_totals.Tenants, Is.EqualTo(1), "one that has nothing takes no memory");
    }

    [Test]
    public void Changes_that_take_away_what_is_not_there_do_not_fit()
    {
        Count((Us, Key));

        Assert.That(_totals.Apply(11, [(Us, new Usage(-2, -10))]), Is.False);
    }

    [Test]
    public void Writes_under_way_take_room_until_their_changes_have_come()
    {
        Count((Us, new Usage(2, 20)));
        Assert.That(_totals.TryReserve(Us, Key, out var reservation), Is.True);

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);
        _totals.Confirm(reservation, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "its change has not come");
        _totals.Apply(11, [(Others, Key)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "nor yet");
        _totals.Apply(12, [(Us, default)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True, "it overwrote something");
    }

    [Test]
    public void What_was_not_written_or_is_counted_already_takes_no_room()
    {
        Count((Us, new Usage(2, 20)));
        foreach (var revision in new[] { 0, 10 })
        {
            Assert.That(_totals.TryReserve(Us, Key, out var reservation), Is.True);
            _totals.Confirm(reservation, revision);
        }

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True);
    }

    [Test]
    public void Reservations_of_many_writes_all_go_when_their_changes_have_come()
    {
        var totals = new UsageTotals(new Quota(1_000_000, null));
        totals.Replace(new Dictionary<Tenant, Usage>(), 10);
        totals.Follows(true);
        for (var revision = 11; revision <= 500; revision++)
        {
            totals.TryReserve(Us, Key, out var reservation);
            totals.Confirm(reservation, revision);
            if (revision % 7 == 0)
                totals.Apply(revision - 3, []);
        }
        totals.Apply(500, []);

        Assert.That(totals.Tenants, Is.Zero);
    }

    [Test]
    public void A_request_that_comes_again_while_it_is_under_way_takes_no_room_of_its_own()
    {
        Count((Us, new Usage(2, 20)));
        var (once, again, another) = (Request(1), Request(1), Request(2));
        Assert.That(_totals.TryReserve(Us, Key, out var first, once), Is.True);
        Assert.That(_totals.TryReserve(Us, Key, out var second, again), Is.True);
        Assert.That(_totals.TryReserve(Us, Key, withEstimates: true, out var third, again), Is.Null);
        Assert.That(_totals.TryReserve(Us, Key, out _, another), Is.False, "another request under the same name");
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);

        _totals.Confirm(first, 0);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "one of them may still write");
        _totals.Confirm(second, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "its change has not come");
        _totals.Apply(12, [(Us, default)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True, "the one that is left writes no more");
        _totals.Confirm(third, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "nor does it give back what is not its own");
    }

    [Test]
    public void A_request_that_all_have_failed_at_leaves_its_room_to_others()
    {
        Count((Us, new Usage(2, 20)));
        _totals.TryReserve(Us, Key, out var first, Request(1));
        _totals.TryReserve(Us, Key, out var second, Request(1));

        _totals.Confirm(first, 0);
        _totals.Confirm(second, 0);

        Assert.That(_totals.TryReserve(Us, Key, out _, Request(2)), Is.True);
    }

    [Test]
    public void What_is_only_estimated_does_not_count_where_it_is_asked_to_be_left_out()
    {
        Count((Us, new Usage(2, 20)));
        _totals.TryReserve(Us, Key, out _);

        Assert.That(
            _totals.TryReserve(Us, Key, withEstimates: true, out _), Is.EqualTo(new Refusal(QuotaKind.Keys, 3)));
        Assert.That(_totals.TryReserve(Us, Key, withEstimates: false, out _), Is.Null);
        Assert.That(
            _totals.TryReserve(Us, Key, withEstimates: false, out _), Is.EqualTo(new Refusal(QuotaKind.Keys, 3)),
            "what is exact does");
    }

    [Test]
    public void What_takes_away_makes_no_room_before_it_is_done()
    {
        Count((Us, new Usage(3, 100)));

        Assert.That(_totals.TryReserve(Us, new Usage(-1, -50), withEstimates: true, out _), Is.Null);
        Assert.That(_totals.TryReserve(Us, Key, withEstimates: true, out _), Is.Not.Null);
    }

    [Test]
    public void What_adds_nothing_leaves_the_account_of_others_alone()
    {
        Count((Us, Key));
        _totals.TryReserve(Us, default, withEstimates: true, out var overwrite);
        _totals.Apply(11, [(Us, default(Usage) - Key)]);
        _totals.TryReserve(Us, new Usage(3, 30), out _);

        _totals.Confirm(overwrite, 12);
        _totals.Apply(12, []);

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "what is under way still counts");
    }

    [Test]
    public void While_one_waits_to_be_judged_exactly_all_are()
    {
        Count();
        var account = _totals.BeginWait(Us);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);
        Assert.That(_totals.TryReserve(Others, Key, out _), Is.True);

        _totals.EndWait(account);

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True);
    }

    [Test]
    public async Task Waiting_ends_when_the_changes_have_come_and_nothing_is_estimated()
    {
        Count();
        _totals.TryReserve(Us, Key, out var estimated);
        var account = _totals.BeginWait(Us);
        var caughtUp = _totals.CaughtUp(account, 12, CancellationToken.None);
        _totals.Apply(12, []);
        Assert.That(caughtUp.IsCompleted, Is.False);

        _totals.Confirm(estimated, 0);

        await caughtUp.WaitAsync(TimeSpan.FromSeconds(30));
        _totals.EndWait(account);
        Assert.That(_totals.Tenants, Is.Zero);
    }

    [Test]
    public void Counting_again_replaces_the_totals_and_keeps_what_is_under_way()
    {
        Count((Us, new Usage(3, 30)), (Others, new Usage(3, 30)));
        _totals.Apply(11, [(Us, new Usage(-1, -10))]);
        _totals.TryReserve(Us, Key, out _);

        _totals.Replace(new Dictionary<Tenant, Usage> { [Us] = new(2, 25) }, 20);

        Assert.That(_totals.Find(Us), Is.EqualTo(new TenantUsage(new Usage(2, 25), new Quota(3, 100), 20)));
        Assert.That(_totals.Find(Others)!.Usage, Is.EqualTo(default(Usage)));
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "one is under way");
        Assert.That(_totals.Tenants, Is.EqualTo(1));
    }

    [Test]
    public void While_changes_are_not_followed_what_is_done_takes_no_room()
    {
        Count((Us, Key));
        _totals.TryReserve(Us, Key, out var before);
        _totals.TryReserve(Us, Key, out var during);
        _totals.Confirm(before, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);

        _totals.Follows(false);

        Assert.That(_totals.TryReserve(Us, Key, out var another), Is.True, "its change may be long in coming");
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "two are under way");
        _totals.Confirm(during, 13);
        _totals.Confirm(another, 14);
        Assert.That(_totals.TryReserve(Us, new Usage(2, 20), out another), Is.True);
        _totals.Confirm(another, 15);

        _totals.Follows(true);
        _totals.Apply(12, [(Us, Key)]);
        _totals.Apply(15, [(Us, Key)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "it counts when it is known");
    }

    private static IdempotentRequest Request(byte fingerprint) => new("name", new[] { fingerprint });

    private void Count(params (Tenant Tenant, Usage Usage)[] counted)
    {
        _totals.Replace(counted.ToDictionary(one => one.Tenant, one => one.Usage), 10);
        _totals.Follows(true);
    }
}
