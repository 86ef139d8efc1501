using Kv.Domain.Deliveries;
using Kv.Infrastructure.Dispatching.Lanes;

namespace Kv.Infrastructure.Tests.Dispatching.Lanes;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CoverageTests
{
    private readonly Coverage _coverage = new(isWhole: false);

    [Test]
    public void While_deliveries_may_be_stored_nothing_is_covered_before_a_pass() =>
        Assert.That(Covered(), Is.EqualTo(0));

    [Test]
    public void Without_stored_deliveries_everything_is_covered() =>
        Assert.That(new Coverage(isWhole: true).Covers(Id(1_000)), Is.True);

    [Test]
    public void A_pass_covers_everything_below_its_position()
    {
        _coverage.BeginPass();
        _coverage.RaiseTo(Id(5));
        Assert.That(Covered(), Is.EqualTo(4));

        _coverage.RaiseTo(null);
        Assert.That(_coverage.Bound, Is.Null);
    }

    [Test]
    public void From_a_removed_delivery_on_nothing_is_covered()
    {
        _coverage.BeginPass();
        _coverage.RaiseTo(null);
        _coverage.LowerTo(Id(7));
        _coverage.LowerTo(Id(9));

        Assert.That(Covered(), Is.EqualTo(6));
    }

    [Test]
    public void A_pass_that_began_before_a_removal_covers_nothing_from_there_on()
    {
        _coverage.BeginPass();
        _coverage.LowerTo(Id(7));
        _coverage.RaiseTo(Id(5));
        Assert.That(Covered(), Is.EqualTo(4));
        _coverage.RaiseTo(Id(9));
        Assert.That(Covered(), Is.EqualTo(6));
        _coverage.RaiseTo(null);
        Assert.That(Covered(), Is.EqualTo(6));

        _coverage.BeginPass();
        _coverage.RaiseTo(null);
        Assert.That(_coverage.Bound, Is.Null);
    }

    [Test]
    public void The_pages_of_a_pass_never_shrink_the_coverage()
    {
        _coverage.BeginPass();
        _coverage.RaiseTo(Id(8));
        _coverage.BeginPass();
        _coverage.RaiseTo(Id(3));

        Assert.That(Covered(), Is.EqualTo(7));
    }

    private int Covered() => Enumerable.Range(1, 20).TakeWhile(revision => _coverage.Covers(Id(revision))).Count();

    private static DeliveryId Id(long revision) => DeliveryId.For(Guid.Empty, revision, "key");
}
