
using Kv.Infrastructure.Dispatching;
namespace Kv.Infrastructure.Tests.Dispatching;

internal sealed class SettledRevisionsTests
{
    [Test]
    public void A_revision_without_deliveries_is_settled_once_it_is_read()
    {
        var settled = new SettledRevisions(10);
        var revision = settled.Open(12, writtenAt: 0);

        Assert.That(settled.Through, Is.EqualTo(10));
        revision.Release();
        Assert.That(settled.Through, Is.EqualTo(12));
    }

    [Test]
    public void A_revision_waits_for_each_of_its_deliveries()
    {
        var settled = new SettledRevisions(10);
        var revision = settled.Open(11, writtenAt: 0);
        revision.Hold();
        revision.Hold();
        revision.Release();
        revision.Release();

        Assert.That(settled.Through, Is.EqualTo(10));
        revision.Release();
        Assert.That(settled.Through, Is.EqualTo(11));
    }

    [Test]
    public void An_earlier_revision_holds_the_later_ones()
    {
        var settled = new SettledRevisions(0);
        var (first, second, third) =
            (settled.Open(1, writtenAt: 0), settled.Open(2, writtenAt: 0), settled.Open(5, writtenAt: 0));
        third.Release();
        second.Release();

        Assert.That(settled.Through, Is.Zero);
        first.Release();
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
            var open = settled.Open(revision, writtenAt: 0);
            open.Hold();
            work.Add(Task.Run(open.Release));
            open.Release();
        }
        await Task.WhenAll(work);

        Assert.That(settled.Through, Is.EqualTo(Revisions));
    }
}
