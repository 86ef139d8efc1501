using System.Text;
using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Kv.Infrastructure.Transactions;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>
/// A repeated request gets the answer of the first, and is not refused because of the room that the first takes.
/// </summary>
internal sealed class RepeatedTransactionTests(EngineUnderTest engine) : StoreContract(engine)
{
    private const int MaxBytes = 200;

    // The hash of the idempotency key, the name as a fingerprint, and the answer to one write.
    private const int RecordBytes = 64 + 4 + 9;

    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly Key Wanted = Domain.KeyValues.Key.Parse("k");

    private KeyLayout _layout = null!;
    private CountedStore _store = null!;
    private UsageTotals _totals = null!;
    private QuotaTelemetry _telemetry = null!;
    private UsageCatchUp _catchUp = null!;
    private UsageCounter _counter = null!;
    private QuotaTransactions _transactions = null!;

    [SetUp]
    public async Task Make()
    {
        var options = new StoreOptions { BaseKeyPrefix = $"repeated/{Guid.NewGuid():N}" };
        var quota = new Quota(MaxKeys: null, MaxBytes);
        _layout = new KeyLayout(options);
        _store = new CountedStore(Store);
        _totals = new UsageTotals(quota);
        _telemetry = new QuotaTelemetry(_totals, Meters.Factory);
        // Its marks do not wait together with the transactions.
        _catchUp = new UsageCatchUp(Store, _layout, _totals, TimeProvider.System);
        _counter = new UsageCounter(
            Store, _layout, _totals, _telemetry, TimeProvider.System, NullLogger<UsageCounter>.Instance);
        var records = new IdempotencyRecords(_layout, TimeProvider.System);
        var audit = NoAudit.Records(_layout);
        _transactions = new QuotaTransactions(
            new KeyValueTransactions(_store, _layout, records, audit, TimeProvider.System), _totals,
            new QuotaGuard(_totals, _catchUp, _telemetry, quota), new TransactionGrowth(_store, _layout, records));
        // A write of more than 138 bytes, with its record, may be too much, so its real growth is looked up.
        await Store.Commit(
            Transaction.Unconditional(new Operation.Put(_layout.KeyValue(Us, Wanted), new byte[60])), Enough);
        await _counter.StartAsync(Enough);
        await Counted(61);
    }

    [TearDown]
    public async Task Stop()
    {
        await _counter.StopAsync(CancellationToken.None);
        _counter.Dispose();
        _catchUp.Dispose();
        await _store.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_repeat_of_a_pending_request_is_applied_once_and_answered_alike(bool isFollowing)
    {
        _totals.SetFollowing(isFollowing);
        var (release, waiting) = (new TaskCompletionSource(), 0);
        _store.BeforeCommit = () =>
        {
            Interlocked.Increment(ref waiting);
            return release.Task;
        };
        var first = Set(90, "once");
        await Eventually.Holds(() => Volatile.Read(ref waiting) == 1, "the first is sent");

        var again = Set(90, "once");
        await Eventually.Holds(() => Volatile.Read(ref waiting) == 2 || again.IsCompleted, "it is repeated");
        Assert.That(
            () => Set(90, "another"), Throws.TypeOf<QuotaExceededException>(), "another request has to have room");
        release.SetResult();
        var answers = await Task.WhenAll(first, again);

        Assert.That(answers.Select(answer => answer.IsReplayed), Is.EquivalentTo(new[] { true, false }));
        Assert.That(answers.Select(answer => answer.Succeeded), Has.All.True);
        Assert.That(answers[0].Revision, Is.EqualTo(answers[1].Revision));
        _totals.SetFollowing(true);
        await Counted(91 + RecordBytes);
        Assert.That((await Set(122, name: null)).Succeeded, Is.True, "both reservations are released");
    }

    private Task<TransactionOutcome> Set(int valueBytes, string? name)
    {
        var set = new KeyOperation(KeyOperationKind.Set, Wanted, new byte[valueBytes], default);
        return _transactions.Commit(
            Us, new KeyTransaction([], [set], []),
            name is null ? null : new IdempotentRequest(name, Encoding.UTF8.GetBytes(name)), Enough);
    }

    private Task Counted(long bytes) => Eventually.Holds(
        () => _totals.State == UsageState.Following && _totals.Find(Us)!.Usage.Bytes == bytes,
        $"{bytes} bytes are counted", TimeSpan.FromSeconds(40));
}
