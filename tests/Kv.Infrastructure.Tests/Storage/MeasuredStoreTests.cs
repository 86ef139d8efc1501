using System.Diagnostics.Metrics;
using Kv.Domain.Storage;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Watching;
using Kv.Testing;
using Moq;

namespace Kv.Infrastructure.Tests.Storage;

[NonParallelizable]
internal sealed class MeasuredStoreTests
{
    private const int Calls = 1_000;

    private static readonly StoreKey Key = StoreKey.FromText("/kvstore/kv/space/app/key");

    private readonly StoreTelemetry _telemetry = new(Meters.Factory);
    private readonly Operation[] _put = [new Operation.Put(Key, "value"u8.ToArray())];

    // Calls that complete synchronously run on a single thread.
    [Test]
    public async Task Measuring_and_tracing_a_call_allocates_nothing()
    {
        using var inner = new Answering();
        var layout = new KeyLayout(new StoreOptions());
        var lag = new WatchLag(layout, Meters.Factory, TimeProvider.System);
        var measured = new TracedStore(
            new MeasuredStore(inner, _telemetry, Some.Availability(), TimeProvider.System),
            new WriteTraces(layout, TimeProvider.System), lag);
        var recorded = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument == _telemetry.OperationDuration)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref recorded));
        listener.Start();
        var transaction = Transaction.Unconditional(_put);

        await Ask();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Ask();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(recorded, Is.EqualTo(4 * Calls));
        // The sample for the lag of the watch grows once in a while.
        Assert.That(allocated, Is.LessThan(Calls));

        async Task Ask()
        {
            for (var i = 0; i < Calls; i++)
            {
                await measured.Get(Key, ReadConsistency.Linearizable, default);
                await measured.Commit(transaction, default);
            }
        }
    }

    [Test]
    public async Task The_engine_does_not_run_in_the_execution_context_of_its_caller()
    {
        var seen = new List<SynchronizationContext?>();
        var inner = new Mock<IStore>();
        inner.Setup(store => store.Commit(It.IsAny<Transaction>(), default))
            .Callback(() => seen.Add(SynchronizationContext.Current));
        inner.Setup(store => store.Count(It.IsAny<KeyRange>(), 0, default))
            .Callback(() => seen.Add(SynchronizationContext.Current));
        var measured = new MeasuredStore(inner.Object, _telemetry, Some.Availability(), TimeProvider.System);
        var (before, own) = (SynchronizationContext.Current, new SynchronizationContext());
        SynchronizationContext.SetSynchronizationContext(own);
        try
        {
            var calls = Task.WhenAll(
                measured.Commit(Transaction.Unconditional(_put), default).AsTask(),
                measured.Count(KeyRange.Single(Key), 0, default));

            Assert.That(SynchronizationContext.Current, Is.SameAs(own));
            await calls.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
        Assert.That(seen, Is.EqualTo(new SynchronizationContext?[] { null, null }));
    }

    private sealed class Answering : IStore, IDisposable
    {
        private readonly CommitResult _committed = new(true, 1, [OperationResult.Written]);

        public Epoch Epoch => Epoch.First;

        public ValueTask<PointRead> Get(
            StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
                new(new PointRead(null, 1));

        public ValueTask<PairRead> GetPair(
            StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
            new(new PairRead(null, null, 1));

        public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
            new(_committed);

        public IAsyncEnumerable<ChangeSet> Changes(
            KeyRange range, long from, long through, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<ChangeSet> Watch(
            KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly) =>
            throw new NotSupportedException();

        public Task<IStoreLock> Lock(
            StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
