using FsCheck;
using FsCheck.Fluent;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Lease ids that carry their deadline.</summary>
internal sealed class LeaseIdTests
{
    private const long Last = (1L << 34) - 1;

    private static readonly Arbitrary<long> Deadlines = ArbMap.Default.GeneratorFor<ulong>()
        .Select(bits => (long)(bits & Last)).ToArbitrary();

    [Test]
    public void An_id_encodes_its_deadline() =>
        Prop.ForAll(Deadlines, deadline => LeaseId.DeadlineOf(LeaseId.FromDeadline(deadline)) == deadline)
            .QuickCheckThrowOnFailure();

    [Test]
    public void An_id_is_recognized_as_ours_and_is_valid_for_etcd() =>
        Prop.ForAll(
            Deadlines, deadline => LeaseId.IsOurs(LeaseId.FromDeadline(deadline)) && LeaseId.FromDeadline(deadline) > 0)
            .QuickCheckThrowOnFailure();

    [Test]
    public void Ids_are_ordered_as_their_deadlines_are() =>
        Prop.ForAll(Deadlines, Deadlines, (left, right) =>
                LeaseId.FromDeadline(left).CompareTo(LeaseId.FromDeadline(right)) == left.CompareTo(right))
            .QuickCheckThrowOnFailure();

    [TestCase(0)]
    [TestCase(Last)]
    public void The_ends_of_the_range_fit(long deadline) =>
        Assert.That(LeaseId.DeadlineOf(LeaseId.FromDeadline(deadline)), Is.EqualTo(deadline));

    [TestCase(-1)]
    [TestCase(Last + 1)]
    public void A_deadline_outside_the_range_is_refused(long deadline) =>
        Assert.That(() => LeaseId.FromDeadline(deadline), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void An_id_before_the_first_one_is_not_ours()
    {
        Assert.That(LeaseId.FromDeadline(0), Is.EqualTo(LeaseId.BeforeFirst + 1));
        Assert.That(LeaseId.IsOurs(LeaseId.BeforeFirst), Is.False);
        Assert.That(LeaseId.IsOurs(LeaseId.FromDeadline(Last) + 1), Is.False);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(7587862000000000000)]
    [TestCase(-1)]
    [TestCase(long.MaxValue)]
    public void Ids_of_others_are_not_ours(long leaseId) => Assert.That(LeaseId.IsOurs(leaseId), Is.False);
}
