using Kv.Domain.Audit;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using StoreEngine = Kv.Infrastructure.Tests.Storage.Contract.StoreEngine;

namespace Kv.Infrastructure.Tests.Audit;

/// <summary>Reading the records of the audit over each engine.</summary>
internal sealed class AuditTrailTests(StoreEngine engine) : StoreContract(engine)
{
    private static readonly Tenant Us = Tenant.Of("n", "a");

    [Test]
    public async Task What_cannot_be_read_fills_no_page_however_large_it_is()
    {
        var layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"trail-{Guid.NewGuid():N}" });
        var trail = new AuditTrail(Store, layout, NullLogger<AuditTrail>.Instance);
        for (var ticks = 1; ticks <= 3; ticks++)
            await Write(ticks, new byte[600 * 1024]);
        Assert.That(await List(), Is.EqualTo((0, false)));

        var readable = StoredAuditRecord.Write(
            DateTimeOffset.UnixEpoch, Mock.Of<IActor>(actor => actor.Name == "somebody"), traceId: null, [new AuditedChange("set", "k")]);
        await Write(4, readable);

        Assert.That(await List(), Is.EqualTo((1, false)));

        async Task Write(long ticks, byte[] record) => await Store.Commit(
            Transaction.Of(new Operation.Put(layout.AuditRecord(Us, AuditRecordId.Of(ticks, 1)), record)), Enough);

        async Task<(int Count, bool HasMore)> List()
        {
            var (records, hasMore) = await trail.List(Us, (null, null), after: null, limit: 100, Enough);
            return (records.Count, hasMore);
        }
    }
}
