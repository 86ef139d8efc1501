using System.Collections.Concurrent;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Dispatching;
using Kv.Infrastructure.Dispatching.Lanes;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage;
using Kv.Infrastructure.Tests.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Dispatching.Lanes;

/// <summary>The logs that one save of the cursor contains.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(30_000)]
internal sealed class AcceptedLogTests
{
    private const int Webhooks = 40;

    private static readonly KeyLayout Layout = new(new StoreOptions());

    private readonly ConcurrentQueue<Transaction> _commits = [];
    private readonly Webhook[] _webhooks = [.. Enumerable.Range(0, Webhooks).Select(_ => Some.Webhook())];
    private MortalStore _store = null!;
    private Lead _lead = null!;
    private AcceptedLog _log = null!;
    private Task _running = null!;

    [SetUp]
    public async Task TakeTheLock()
    {
        var inner = new InMemoryStore(TimeProvider.System);
        var key = StoreKey.FromText("/lock");
        var locked = await inner.Commit(
            Transaction.Unconditional(new Operation.Put(key, ReadOnlyMemory<byte>.Empty)), default);
        _store = new MortalStore(inner)
        {
            BeforeCommit = transaction =>
            {
                _commits.Enqueue(transaction);
                return Task.CompletedTask;
            },
        };
        _lead = Held.Lead(Compare.CreateRevision(key, CompareRelation.Equal, locked.Revision));
        var writer = new FencedWriter(_store, _lead, TimeProvider.System, NullLogger<FencedWriter>.Instance);
        _log = new AcceptedLog(new RetryingStore(_store, TimeProvider.System), writer, Layout, _lead);
        _running = writer.Run();
    }

    [TearDown]
    public async Task Stop()
    {
        await _lead.End();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lead.Dispose();
        await _store.DisposeAsync();
    }

    [TestCase(1, 1)]
    [TestCase(199, 1)]
    [TestCase(200, 2)]
    [TestCase(2_000, 11)]
    [TestCase(100_000, 16)]
    [TestCase(0, 16)]
    public async Task It_contains_one_log_and_a_further_one_per_fixed_number_of_changes(int changes, int logs)
    {
        foreach (var webhook in _webhooks)
            _log.Add(webhook, Accepted(webhook, 1));
        for (var change = 0; change < changes; change++)
            _log.CountChange();

        await Save();

        Assert.That(_commits, Has.Count.EqualTo(1));
        Assert.That(LogsIn(_commits.Single()), Is.EqualTo(logs));
        Assert.That(_log.HasUnsaved, Is.True);
    }

    [Test]
    public async Task Each_log_has_its_turn()
    {
        foreach (var webhook in _webhooks)
            _log.Add(webhook, Accepted(webhook, 1));
        for (var save = 0; save < Webhooks; save++)
        {
            // The first webhook always has something new.
            _log.Add(_webhooks[0], Accepted(_webhooks[0], 2 + save));
            _log.CountChange();
            await Save();
        }

        Assert.That(
            _commits.SelectMany(commit => commit.Then).Select(operation => operation.Range.Start).Distinct().Count(),
            Is.EqualTo(Webhooks + 1),
            "all logs, and the cursor");
    }

    [Test]
    public async Task A_webhook_that_is_removed_in_between_is_left_out()
    {
        _log.Add(_webhooks[0], Accepted(_webhooks[0], 1));
        _log.Add(_webhooks[1], Accepted(_webhooks[1], 1));
        _store.BeforeRead = () => _log.Remove(_webhooks[0].Tenant, _webhooks[0].Id);

        await Save();

        Assert.That(LogsIn(_commits.Single()), Is.EqualTo(1));
        Assert.That(_log.HasUnsaved, Is.False);
    }

    [Test]
    public async Task Concurrent_additions_are_all_kept()
    {
        const int sides = 8;
        Parallel.For(0, sides, side =>
        {
            for (var number = 0; number < AcceptedDelivery.Kept / sides; number++)
                _log.Add(_webhooks[0], Accepted(_webhooks[0], 1 + side * AcceptedDelivery.Kept + number));
        });

        await Save();
        _log.Add(_webhooks[0], Accepted(_webhooks[0], 10_000));
        await Save();

        var saved = await new Infrastructure.Deliveries.DeliveryReads(_store, Layout)
            .ListAccepted(_webhooks[0].Tenant, _webhooks[0].Id, default);
        Assert.That(saved.Select(one => one.Id.Revision), Is.Unique);
        Assert.That(saved, Has.Count.EqualTo(sides * (AcceptedDelivery.Kept / sides) + 1));
        Assert.That(saved[0].Id.Revision, Is.EqualTo(10_000));
    }

    private Task Save() => _log.SaveWith(new Operation.Put(Layout.WatcherCursor, ReadOnlyMemory<byte>.Empty));

    private static int LogsIn(Transaction transaction) =>
        transaction.Then.Count(operation => !operation.Range.Start.Equals(Layout.WatcherCursor));

    private static AcceptedDelivery Accepted(Webhook webhook, long revision) => new(
        DeliveryId.For(webhook.Id, revision, "k"), KeyChangeKind.Update, "k", AttemptCount: 1, DateTimeOffset.UnixEpoch,
        TimeSpan.Zero, Status: 200);
}
