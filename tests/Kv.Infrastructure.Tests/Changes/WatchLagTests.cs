using System.Diagnostics.Metrics;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Changes;

[NonParallelizable]
internal sealed class WatchLagTests
{
    private static readonly KeyLayout Layout = new(new StoreOptions());
    private static readonly StoreKey Key = StoreKey.FromText("/kvstore/kv/space/app/key");

    private readonly FakeTimeProvider _time = new();
    private Meters _meters = null!;
    private WatchLag _lag = null!;

    [SetUp]
    public void Make()
    {
        _meters = new Meters();
        _lag = new WatchLag(Layout, _meters, _time);
    }

    [TearDown]
    public void Dispose() => _meters.Dispose();

    [Test]
    public void A_watch_that_has_read_all_writes_is_not_behind()
    {
        _lag.ReadThrough(9);
        Write(10);
        Advance(5);
        _lag.ReadThrough(10);

        Assert.That(Lag(), Is.EqualTo((0d, 0d)));
    }

    [Test]
    public void A_stalled_watch_is_behind_since_its_oldest_unread_write()
    {
        _lag.ReadThrough(9);
        Write(10);
        Advance(5);
        Write(13);
        Advance(2);

        Assert.That(Lag(), Is.EqualTo((4d, 7d)));
    }

    [Test]
    public void A_write_that_the_watch_delivers_before_its_answer_is_not_behind()
    {
        _lag.ReadThrough(10);
        Write(10);
        Advance(5);

        Assert.That(Lag(), Is.EqualTo((0d, 0d)));
    }

    [Test]
    public void A_deletion_of_nothing_and_a_write_of_another_space_do_not_count()
    {
        _lag.ReadThrough(9);
        Write(10, new Operation.Delete(Key), new OperationResult(Deleted: 0, []));
        Advance(1);
        Write(11, new Operation.Put(Layout.WatcherCursor, "9"u8.ToArray()), OperationResult.Written);
        Advance(5);

        Assert.That(Lag(), Is.EqualTo((0d, 0d)));
    }

    [Test]
    public void A_replica_that_does_not_lead_reports_no_lag()
    {
        _lag.ReadThrough(9);
        Write(10);
        _lag.ReadThrough(null);

        Assert.That(Lag(), Is.EqualTo(((double?)null, (double?)null)));
    }

    [Test]
    public void A_revision_of_this_replica_is_as_old_as_its_write()
    {
        _lag.ReadThrough(9);
        Write(10);
        var written = _time.GetTimestamp();
        Advance(3);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_lag.ReadThrough(10), Is.EqualTo(written));
            Assert.That(_lag.ReadThrough(11), Is.EqualTo(_time.GetTimestamp()), "a write of another replica");
        }
    }

    private void Write(long revision) =>
        Write(revision, new Operation.Put(Key, "value"u8.ToArray()), OperationResult.Written);

    private void Write(long revision, Operation operation, OperationResult result) =>
        _lag.Committed(Transaction.Unconditional(operation), new CommitResult(true, revision, [result]));

    private void Advance(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private static (double? Revisions, double? Seconds) Lag()
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name.StartsWith("kv.watcher.lag.", StringComparison.Ordinal))
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return (Of("kv.watcher.lag.revisions"), Of("kv.watcher.lag.time"));

        double? Of(string name) => seen.TryGetValue(name, out var value) ? value : null;
    }
}
