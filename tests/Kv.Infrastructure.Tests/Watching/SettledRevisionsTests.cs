using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Tests.Watching;

internal sealed class SettledRevisionsTests
{
    [Test]
    public void A_revision_without_deliveries_is_settled_once_it_is_read()
    {
        var settled = new SettledRevisions(10);
        var revision = settled.Open(12);

        Assert.That(settled.Through, Is.EqualTo(10));
        revision.Settle();
        Assert.That(settled.Through, Is.EqualTo(12));
    }

    [Test]
    public void A_revision_waits_for_each_of_its_deliveries()
    {
        var settled = new SettledRevisions(10);
        var revision = settled.Open(11);
        revision.Add();
        revision.Add();
        revision.Settle();
        revision.Settle();

        Assert.That(settled.Through, Is.EqualTo(10));
        revision.Settle();
        Assert.That(settled.Through, Is.EqualTo(11));
    }

    [Test]
    public void An_earlier_revision_holds_the_later_ones()
    {
        var settled = new SettledRevisions(0);
        var (first, second, third) = (settled.Open(1), settled.Open(2), settled.Open(5));
        third.Settle();
        second.Settle();

        Assert.That(settled.Through, Is.Zero);
        first.Settle();
        Assert.That(settled.Through, Is.EqualTo(5));
    }

    [Test]
    public async Task Deliveries_that_settle_at_the_same_time_lose_no_revision()
    {
        const int Revisions = 2_000;
        var settled = new SettledRevisions(0);
        var work = new List<Task>();
        for (var revision = 1; revision <= Revisions; revision++)
        {
            var open = settled.Open(revision);
            open.Add();
            work.Add(Task.Run(open.Settle));
            open.Settle();
        }
        await Task.WhenAll(work);

        Assert.That(settled.Through, Is.EqualTo(Revisions));
    }
}
