using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Quotas;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>The arithmetic of usage, reservations and quotas.</summary>
internal sealed class UsageTotalsTests
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly Tenant Others = new Tenant("n", "b");
    private static readonly Usage Key = new(1, 10);

    private UsageTotals _totals = null!;

    [SetUp]
    public void Make() => _totals = new UsageTotals(new Quota(MaxKeys: 3, MaxBytes: 100));

    [Test]
    public void Before_the_first_count_every_write_fits_and_no_usage_is_reported()
    {
        Assert.That(_totals.TryReserve(Us, new Usage(1000, 1000), out var reservation), Is.True);
        _totals.Confirm(reservation, 5);

        Assert.That(() => _totals.Find(Us), Throws.TypeOf<UsageNotCountedException>());
        Assert.That(_totals.State, Is.EqualTo(UsageState.Counting));
    }

    [Test]
    public void The_count_and_the_changes_add_up_per_tenant()
    {
        Count((Us, new Usage(2, 30)), (Others, Key));

        Assert.That(_totals.Apply(11, [(Us, Key), (Us, new Usage(0, -5)), (Others, default(Usage) - Key)]), Is.True);

        Assert.That(_totals.Find(Us), Is.EqualTo(new TenantUsage(new Usage(3, 35), new Quota(3, 100), 11)));
        Assert.That(_totals.Find(Others)!.Usage, Is.EqualTo(default(Usage)));
        Assert.That(_totals.Tenants, Is.EqualTo(1), "an empty tenant takes no memory");
    }

    [Test]
    public void Changes_that_remove_more_than_the_total_do_not_fit()
    {
        Count((Us, Key));

        Assert.That(_totals.Apply(11, [(Us, new Usage(-2, -10))]), Is.False);
    }

    [Test]
    public void Pending_writes_take_room_until_their_changes_arrive()
    {
        Count((Us, new Usage(2, 20)));
        Assert.That(_totals.TryReserve(Us, Key, out var reservation), Is.True);

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);
        _totals.Confirm(reservation, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "its change has not come");
        _totals.Apply(11, [(Others, Key)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "its change still has not come");
        _totals.Apply(12, [(Us, default)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True, "it was an overwrite");
    }

    [Test]
    public void A_write_that_failed_or_is_already_counted_takes_no_room()
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
    public void The_reservations_of_many_writes_end_when_their_changes_arrive()
    {
        var totals = new UsageTotals(new Quota(1_000_000, null));
        totals.Replace(new Dictionary<Tenant, Usage>(), 10);
        totals.SetFollowing(true);
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
    public void A_repeat_of_a_pending_request_takes_no_room_of_its_own()
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
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True, "the other one can no longer write");
        _totals.Confirm(third, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "it releases only its own reservation");
    }

    [Test]
    public void A_request_whose_every_attempt_failed_gives_its_room_back()
    {
        Count((Us, new Usage(2, 20)));
        _totals.TryReserve(Us, Key, out var first, Request(1));
        _totals.TryReserve(Us, Key, out var second, Request(1));

        _totals.Confirm(first, 0);
        _totals.Confirm(second, 0);

        Assert.That(_totals.TryReserve(Us, Key, out _, Request(2)), Is.True);
    }

    [Test]
    public void Estimates_do_not_count_when_the_caller_excludes_them()
    {
        Count((Us, new Usage(2, 20)));
        _totals.TryReserve(Us, Key, out _);

        Assert.That(
            _totals.TryReserve(Us, Key, withEstimates: true, out _), Is.EqualTo(new Refusal(QuotaKind.Keys, 3)));
        Assert.That(_totals.TryReserve(Us, Key, withEstimates: false, out _), Is.Null);
        Assert.That(
            _totals.TryReserve(Us, Key, withEstimates: false, out _), Is.EqualTo(new Refusal(QuotaKind.Keys, 3)),
            "exact reservations count");
    }

    [Test]
    public void A_pending_removal_makes_no_room()
    {
        Count((Us, new Usage(3, 100)));

        Assert.That(_totals.TryReserve(Us, new Usage(-1, -50), withEstimates: true, out _), Is.Null);
        Assert.That(_totals.TryReserve(Us, Key, withEstimates: true, out _), Is.Not.Null);
    }

    [Test]
    public void A_write_that_adds_nothing_frees_no_reservation_of_others()
    {
        Count((Us, Key));
        _totals.TryReserve(Us, default, withEstimates: true, out var overwrite);
        _totals.Apply(11, [(Us, default(Usage) - Key)]);
        _totals.TryReserve(Us, new Usage(3, 30), out _);

        _totals.Confirm(overwrite, 12);
        _totals.Apply(12, []);

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "the pending write still counts");
    }

    [Test]
    public void While_one_write_waits_for_an_exact_judgement_every_write_is_judged_exactly()
    {
        Count();
        var account = _totals.BeginWait(Us);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);
        Assert.That(_totals.TryReserve(Others, Key, out _), Is.True);

        _totals.EndWait(account);

        Assert.That(_totals.TryReserve(Us, Key, out _), Is.True);
    }

    [Test]
    public async Task Waiting_ends_when_the_changes_have_arrived_and_no_estimate_is_left()
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
    public void A_new_count_replaces_the_totals_and_keeps_pending_writes()
    {
        Count((Us, new Usage(3, 30)), (Others, new Usage(3, 30)));
        _totals.Apply(11, [(Us, new Usage(-1, -10))]);
        _totals.TryReserve(Us, Key, out _);

        _totals.Replace(new Dictionary<Tenant, Usage> { [Us] = new(2, 25) }, 20);

        Assert.That(_totals.Find(Us), Is.EqualTo(new TenantUsage(new Usage(2, 25), new Quota(3, 100), 20)));
        Assert.That(_totals.Find(Others)!.Usage, Is.EqualTo(default(Usage)));
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "one is running");
        Assert.That(_totals.Tenants, Is.EqualTo(1));
    }

    [Test]
    public void While_changes_are_not_followed_completed_writes_take_no_room()
    {
        Count((Us, Key));
        _totals.TryReserve(Us, Key, out var before);
        _totals.TryReserve(Us, Key, out var during);
        _totals.Confirm(before, 12);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False);

        _totals.SetFollowing(false);

        Assert.That(_totals.TryReserve(Us, Key, out var another), Is.True, "its change may arrive late");
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "two writes are pending");
        _totals.Confirm(during, 13);
        _totals.Confirm(another, 14);
        Assert.That(_totals.TryReserve(Us, new Usage(2, 20), out another), Is.True);
        _totals.Confirm(another, 15);

        _totals.SetFollowing(true);
        _totals.Apply(12, [(Us, Key)]);
        _totals.Apply(15, [(Us, Key)]);
        Assert.That(_totals.TryReserve(Us, Key, out _), Is.False, "it counts when it is known");
    }

    private static IdempotentRequest Request(byte fingerprint) => new("name", new[] { fingerprint });

    private void Count(params (Tenant Tenant, Usage Usage)[] counted)
    {
        _totals.Replace(counted.ToDictionary(one => one.Tenant, one => one.Usage), 10);
        _totals.SetFollowing(true);
    }
}
