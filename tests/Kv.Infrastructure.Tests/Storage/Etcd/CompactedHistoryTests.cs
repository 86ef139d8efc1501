using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using NUnit.Framework.Constraints;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Compaction: etcd tells a read only that it happened, and not the compact revision.</summary>
internal sealed class CompactedHistoryTests
{
    private EtcdServer _server = null!;
    private EtcdStore _store = null!;
    private long _compacted;

    [OneTimeSetUp]
    public async Task Compact()
    {
        _server = await EtcdServer.StartAsync();
        _store = EtcdStores.Open(_server);
        for (var i = 0; i < 10; i++)
            await _store.Put("key", $"{i}");
        _compacted = await _server.CurrentRevision() - 3;
        await _server.Compact(_compacted);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public void A_range_below_it_reports_the_compact_revision() =>
        Assert.That(() => _store.Range(At(_compacted - 1), CancellationToken.None), TellsTheRevision);

    [Test]
    public void A_count_below_it_reports_the_compact_revision() =>
        Assert.That(() => _store.Count(At(1).Range, _compacted - 1, CancellationToken.None), TellsTheRevision);

    [Test]
    [CancelAfter(30_000)]
    public async Task A_watch_from_below_it_reports_the_compact_revision(CancellationToken cancellationToken)
    {
        var watch = _store.Watch(At(1).Range, fromRevision: 1, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (watch)
            Assert.That(async () => await watch.MoveNextAsync(), TellsTheRevision);
    }

    [Test]
    public async Task The_reported_revision_can_be_read_and_watched()
    {
        var page = await _store.Range(At(_compacted), CancellationToken.None);
        Assert.That(page.Entries.Single().ModRevision, Is.EqualTo(_compacted));

        await foreach (var set in _store.Watch(At(1).Range, _compacted + 1, CancellationToken.None))
        {
            Assert.That(set.Revision, Is.EqualTo(_compacted + 1));
            break;
        }
    }

    [Test]
    public async Task A_future_revision_is_reported_as_such()
    {
        var ahead = await _server.CurrentRevision() + 1;

        Assert.That(
            () => _store.Range(At(ahead), CancellationToken.None), Throws.InstanceOf<RevisionInFutureException>());
    }

    private IResolveConstraint TellsTheRevision =>
        Throws.InstanceOf<RevisionCompactedException>()
            .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(_compacted);

    private static RangeQuery At(long revision) => new(KeyRange.Single(StoreKey.FromText("key")), Limit: 1, revision);
}
