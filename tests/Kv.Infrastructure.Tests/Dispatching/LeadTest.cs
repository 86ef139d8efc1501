using System.Collections.Concurrent;
using System.Text;
using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Kv.Infrastructure.Webhooks;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>
/// Tests of the leader, over each engine: replicas start and stop, and the test controls the receiver.
/// </summary>
internal abstract class LeadTest(EngineUnderTest engine) : StoreContract(engine)
{
    /// <summary>No passing test waits as long.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly List<Replica> _replicas = [];
    private readonly ConcurrentQueue<Sent> _sent = [];
    private string _prefix = "";

    protected KeyLayout Layout { get; private set; } = null!;

    protected virtual DeliveryOptions Options { get; } = new()
    {
        RetrySchedule = new RetrySchedule(Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 1_000)),
    };

    /// <summary>The behaviour of the receiver; it accepts every call unless the test says otherwise.</summary>
    protected Func<DeliveryId, DeliveryEvent, CancellationToken, Task<bool>> Receive { get; set; } = Accept;

    /// <summary>The calls so far, in the order in which they were answered.</summary>
    protected IReadOnlyList<Sent> Calls => [.. _sent];

    /// <summary>The ids that were accepted, in the order in which each was accepted first.</summary>
    protected IReadOnlyList<DeliveryId> Accepted =>
        [.. _sent.Where(call => call.IsAccepted).Select(call => call.Id).Distinct()];

    [SetUp]
    public void BeginAnew()
    {
        _prefix = $"lead/{Guid.NewGuid():N}";
        Layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = _prefix });
        Receive = Accept;
        _sent.Clear();
    }

    [TearDown]
    public async Task StopReplicas()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        _replicas.Clear();
    }

    protected async Task<Replica> Start(Action<MortalStore>? prepare = null)
    {
        var replica = await Replica.Start(Store, _prefix, Answer, Options, prepare);
        _replicas.Add(replica);
        return replica;
    }

    /// <summary>Starts a replica, and waits until it leads.</summary>
    protected async Task<Replica> StartLeader(Action<MortalStore>? prepare = null)
    {
        var replica = await Start(prepare);
        await Eventually.Holds(() => replica.Status.IsLeader, "it leads", Patience);
        return replica;
    }

    protected async Task<Webhook> Register(string pattern = "*")
    {
        var webhook = Some.Webhook(pattern);
        await Put(Layout.Webhook(webhook.Tenant, webhook.Id), WebhookRecord.Write(webhook));
        return webhook;
    }

    /// <summary>Writes a key.</summary>
    /// <returns>The revision.</returns>
    protected Task<long> Write(string key) =>
        Put(Layout.KeyValue(Some.Tenant, Domain.KeyValues.Key.Parse(key)), Encoding.UTF8.GetBytes("value"));

    /// <summary>Stores a delivery as an earlier leader did.</summary>
    protected async Task Keep(Webhook webhook, string key, long revision)
    {
        var now = DateTimeOffset.UtcNow;
        var delivery = Domain.Deliveries.Delivery.Due(
            DeliveryId.For(webhook.Id, revision, key), webhook.Tenant,
            DeliveryEvent.From(Some.Created(key, revision)), now);
        await Store.Commit(
            Transaction.Unconditional([.. new DeliveryWrites(Layout).Save(delivery, now, "value"u8.ToArray())]),
            Enough);
    }

    /// <summary>Saves the cursor of an earlier leader: everything up to a revision is settled.</summary>
    protected Task SaveCursor(long revision) => Put(Layout.WatcherCursor, Encoding.UTF8.GetBytes($"{revision}"));

    protected async Task<IReadOnlyList<DeliveryId>> Pending(Webhook webhook)
    {
        var (deliveries, _) = await new DeliveryReads(Store, Layout).List(
            webhook.Tenant, webhook.Id, DeliveryStatus.Pending, null, 100_000, Enough);
        return [.. deliveries.Select(delivery => delivery.Id)];
    }

    /// <summary>
    /// Waits until changes are accepted and no delivery waits, neither in the store nor in the leader's status.
    /// </summary>
    protected async Task UntilDelivered(Replica leader, Webhook webhook, IReadOnlyCollection<DeliveryId> expected)
    {
        await Eventually.Holds(
            async () => expected.Except(Accepted).Any() is false && (await Pending(webhook)).Count == 0
                && leader.Backlog is { Waiting: 0, MoreStored: false },
            "everything is delivered, and nothing waits", Patience);
    }

    /// <summary>Whether a query is for a page of the waiting deliveries of a webhook.</summary>
    protected static bool IsPage(RangeQuery query) =>
        query.Limit > 1 && query.Range.Start.ToString().Contains("/deliveries/pending/", StringComparison.Ordinal);

    protected static DeliveryId Id(Webhook webhook, long revision, string key) =>
        DeliveryId.For(webhook.Id, revision, key);

    protected static Task<bool> Accept(DeliveryId id, DeliveryEvent seen, CancellationToken cancellationToken) =>
        Task.FromResult(true);

    protected static async Task<bool> Hang(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return false;
    }

    /// <summary>Asserts that a key's changes were accepted for the first time in their order.</summary>
    protected void AssertOrder()
    {
        foreach (var ofKey in Accepted.GroupBy(id => id.KeyHash))
            Assert.That(ofKey.Select(id => id.Revision), Is.Ordered.Ascending, ofKey.Key);
    }

    private async Task<long> Put(StoreKey key, ReadOnlyMemory<byte> value) =>
        (await Store.Commit(Transaction.Unconditional(new Operation.Put(key, value)), Enough)).Revision;

    private async Task<Attempt> Answer(string id, DeliveryEvent @event, CancellationToken cancellationToken)
    {
        var delivery = DeliveryId.TryParse(id)!.Value;
        var isAccepted = await Receive(delivery, @event, cancellationToken);
        _sent.Enqueue(new Sent(delivery, @event.Key, isAccepted));
        return new Attempt { At = DateTimeOffset.UtcNow, Duration = TimeSpan.Zero, Status = isAccepted ? 200 : 500 };
    }

    /// <summary>A call that was answered.</summary>
    protected sealed record Sent(DeliveryId Id, string Key, bool IsAccepted);
}
