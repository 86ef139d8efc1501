using Kv.Application.Audit;
using Kv.Domain.Audit;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Audit;

/// <summary>The operation by which a change is recorded.</summary>
internal sealed class AuditRecordsTests
{
    private static readonly Tenant Space = new Tenant("space", "app");
    private static readonly KeyLayout Layout = new(new StoreOptions());

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_001));

    [Test]
    public void Without_an_audit_the_operations_are_returned_unchanged()
    {
        IReadOnlyList<Operation> operations = [new Operation.Delete(Layout.AbsentKey)];
        var records = new AuditRecords(
            new AuditOptions(), Layout, _time, NullLogger<AuditRecords>.Instance, new TestActor());
        var branch = new List<Operation>();

        records.Add(branch, Space, [new KeyOperation(KeyOperationKind.Delete, Key.Parse("k"))]);

        Assert.That(records.With(operations, Space, AuditOperations.Delete, "k"), Is.SameAs(operations));
        Assert.That(branch, Is.Empty);
    }

    [Test]
    public void Records_of_one_moment_are_distinct_and_in_order_even_if_the_clock_is_set_back()
    {
        var records = Kept(TimeSpan.FromDays(30));
        var keys = new List<string>();
        for (var number = 0; number < 100; number++)
        {
            if (number == 50)
                _time.AdjustTime(_time.GetUtcNow().AddSeconds(-1));
            keys.Add(Record(records).Key.ToString());
        }

        Assert.That(keys, Is.Unique.And.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
    }

    [TestCase(1, 1_800_000_003)]
    [TestCase(24 * 60, 1_800_001_500)]
    [TestCase(30 * 24 * 60 * 60, 1_802_592_060)]
    [TestCase(90 * 24 * 60 * 60, 1_807_776_005)]
    [TestCase(3650 * 24 * 60 * 60, 2_115_363_600)]
    public void Deadlines_are_rounded_up_so_that_records_share_a_lease_but_not_too_many(int seconds, long deadline) =>
        Assert.That(Record(Kept(TimeSpan.FromSeconds(seconds))).Deadline, Is.EqualTo(deadline));

    [Test]
    public void They_are_stored_outside_the_ranges_of_the_watcher_and_of_readers()
    {
        foreach (var place in new[] { Layout.AuditPrefix(Space), Layout.AuditPrefix(null) })
            foreach (var range in new[]
                     {
                         Layout.Watched, Layout.KeyValues, Layout.Webhooks, Layout.WatchedWithoutKeys,
                         Layout.PendingDeliveries, Layout.Wakes, Layout.ApiKeys,
                     })
                Assert.That(range.Overlaps(KeyRange.Prefix(place)), Is.False);
        Assert.That(
            KeyRange.Prefix(Layout.AuditPrefix(null)).Overlaps(KeyRange.Prefix(StoreKey.FromText("/kvstore/audit/"))),
            Is.False);
    }

    private AuditRecords Kept(TimeSpan retention) =>
        new(
            new AuditOptions { Mode = AuditMode.Store, Retention = retention }, Layout, _time,
            NullLogger<AuditRecords>.Instance, new TestActor());

    private static Operation.Put Record(AuditRecords records) =>
        (Operation.Put)records.With([], Space, AuditOperations.Set, "k").Single();

    private sealed class TestActor : IActor
    {
        public string Name => "actor";

        public string? Address => null;
    }
}
