using System.Collections.Concurrent;
using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Kv.Infrastructure.Watching;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using StoreEngine = Kv.Infrastructure.Tests.Storage.Contract.StoreEngine;

namespace Kv.Infrastructure.Tests.Deliveries;

/// <summary>How a lane reads what is stored for its webhook.</summary>
internal sealed class LaneLoadingTests(StoreEngine engine) : StoreContract(engine)
{
    [Test]
    public async Task What_is_stored_while_the_first_page_is_read_is_sent_when_the_lane_is_called_to_look_again()
    {
        var (layout, time) = (new KeyLayout(new StoreOptions { BaseKeyPrefix = $"lane/{Guid.NewGuid():N}" }), TimeProvider.System);
        var writes = new DeliveryWrites(layout);
        var held = new HeldPages(Store);
        var sent = new ConcurrentQueue<string>();
        var webhook = Some.Webhook();
        using var telemetry = new DeliveryTelemetry(NullLogger<DeliveryTelemetry>.Instance);
        var writer = new FencedWriter(held, Compare.Absent(layout.Nothing), time, NullLogger.Instance);
        var log = new DeliveryLog(writer, writes, new DeliveryReads(held, layout), layout, time, telemetry);
        using var context = new LaneContext(
            log, Accepting(sent), new DeliveryOptions(), time, telemetry, (_, _) => Task.CompletedTask, CancellationToken.None);
        var lanes = new Lanes(new WebhookRegistry(), new SettledRevisions(0), context);
        lanes.Set(webhook);

        await Keep("first", 1);
        held.Hold();
        lanes.Load(webhook.Tenant, webhook.Id);
        await held.HasRead.WaitAsync(Enough);
        await Keep("second", 2);
        lanes.Load(webhook.Tenant, webhook.Id);
        held.LetGo();

        await Eventually.Holds(() => sent.Order().SequenceEqual(["first", "second"]), "both are sent");
        lanes.Close();

        Task Keep(string key, long revision) => Store.Commit(
            Transaction.Of([.. writes.Save(
                Delivery.Due(
                    DeliveryId.Of(webhook.Id, revision, key), webhook.Tenant, DeliveryEvent.Of(Some.Created(key, revision)),
                    time.GetUtcNow()),
                time.GetUtcNow(), value: null)]),
            Enough).AsTask();
    }

    private static IWebhookSender Accepting(ConcurrentQueue<string> sent)
    {
        var sender = new Mock<IWebhookSender>();
        sender.Setup(one => one.Send(It.IsAny<Webhook>(), It.IsAny<string>(), It.IsAny<DeliveryEvent>(), It.IsAny<CancellationToken>()))
            .Callback((Webhook _, string _, DeliveryEvent told, CancellationToken _) => sent.Enqueue(told.Key))
            .ReturnsAsync(new Attempt { At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Status = 200 });
        return sender.Object;
    }

    /// <summary>A store that keeps the first page that it has read to itself, until it is told to let go.</summary>
    private sealed class HeldPages(IStore inner) : IStore
    {
        private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _holds;

        public Task HasRead => _read.Task;

        public void Hold() => Interlocked.Increment(ref _holds);

        public void LetGo() => _letGo.SetResult();

        public async Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
        {
            var page = await inner.Range(query, cancellationToken);
            if (Interlocked.Exchange(ref _holds, 0) == 1)
            {
                _read.SetResult();
                await _letGo.Task;
            }
            return page;
        }

        public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
            inner.Get(key, consistency, cancellationToken);

        public ValueTask<PairRead> GetPair(
            StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken) =>
            inner.GetPair(key, beside, consistency, cancellationToken);

        public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
            inner.Count(range, revision, cancellationToken);

        public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
            inner.Commit(transaction, cancellationToken);

        public IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken) =>
            inner.Watch(range, fromRevision, cancellationToken);

        public Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
            inner.Lock(name, timeToLive, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
