using Kv.Domain.Audit;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace Kv.Infrastructure.Tests.Audit;

/// <summary>Reading the records of the audit over each engine.</summary>
internal sealed class AuditTrailTests(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly IActor Actor = Mock.Of<IActor>(actor => actor.Name == "actor");

    private KeyLayout _layout = null!;
    private CountedStore _store = null!;
    private AuditTrail _trail = null!;

    [SetUp]
    public void Make()
    {
        _layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"trail-{Guid.NewGuid():N}" });
        _store = new CountedStore(Store);
        _trail = new AuditTrail(_store, _layout, NullLogger<AuditTrail>.Instance);
    }

    [TearDown]
    public async Task Close() => await _store.DisposeAsync();

    [Test]
    public async Task Unreadable_records_of_any_size_fill_no_page()
    {
        for (var ticks = 1; ticks <= 3; ticks++)
            await Keep(ticks, new byte[600 * 1024]);
        Assert.That(await First(), Is.EqualTo((0, false)));

        await Keep(4, Record("k"));

        Assert.That(await First(), Is.EqualTo((1, false)));

        async Task<(int Count, bool HasMore)> First()
        {
            var (records, hasMore) = await _trail.List(Us, (null, null), after: null, limit: 100, Enough);
            return (records.Count, hasMore);
        }
    }

    [Test]
    public async Task Pages_return_every_record_once_and_read_little_more_than_they_return()
    {
        // Six MiB of records, among them small ones and some that cannot be read.
        for (var ticks = 1; ticks <= 90; ticks++)
            await Keep(
                ticks, ticks % 10 == 0
                    ? [1, 2, 3]
                    : Record([.. Enumerable.Repeat(new string('k', 1000), ticks % 3 == 0 ? 1 : 110)]));
        var seen = new List<long>();
        var after = default(AuditRecordId);
        for (var hasMore = true; hasMore; after = new AuditRecordId(seen[^1], 1))
        {
            var read = _store.RangeBytes;
            (var page, hasMore) = await _trail.List(Us, (null, null), after, limit: 1000, Enough);
            seen.AddRange(page.Select(record => record.Id.Ticks));

            Assert.That(
                _store.RangeBytes - read, Is.LessThanOrEqualTo(2 * 1024 * 1024), "a page is of one MiB and a record");
        }

        Assert.That(seen, Is.EqualTo(Enumerable.Range(1, 90).Where(ticks => ticks % 10 != 0)));
    }

    [TestCase(16, 1)]
    [TestCase(100, 2)]
    [TestCase(1000, 3)]
    public async Task Small_records_take_few_calls(int limit, int calls)
    {
        for (var first = 1; first <= 1001; first += 100)
            await Store.Commit(
                Transaction.Unconditional([.. Enumerable.Range(first, 100).Select(ticks => Put(ticks, Record("k")))]),
                Enough);

        var (records, hasMore) = await _trail.List(Us, (null, null), after: null, limit, Enough);

        Assert.That((records.Count, hasMore, _store.Ranges), Is.EqualTo((limit, true, calls)));
    }

    private async Task Keep(long ticks, byte[] record) =>
        await Store.Commit(Transaction.Unconditional(Put(ticks, record)), Enough);

    private Operation.Put Put(long ticks, byte[] record) =>
        new(_layout.AuditRecord(Us, new AuditRecordId(ticks, 1)), record);

    private static byte[] Record(params string[] keys) => StoredAuditRecord.Write(
        DateTimeOffset.UnixEpoch, Actor, traceId: null, [.. keys.Select(key => new AuditedChange("set", key))]);
}
