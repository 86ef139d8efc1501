using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Webhooks;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>
/// The record of an idempotent registration takes room from its reservation on, so that registrations cannot pass the
/// quota while their changes are on the way.
/// </summary>
internal sealed class QuotaWebhooksTests(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly IdempotentRequest Request = new("once", new byte[] { 1 });
    private static readonly Usage Record = IdempotencyRecords.UsageOf(Request, answerBytes: 16);

    private UsageTotals _totals = null!;
    private QuotaTelemetry _telemetry = null!;
    private UsageCatchUp _catchUp = null!;
    private QuotaWebhooks _webhooks = null!;

    [SetUp]
    public void Make()
    {
        var options = new StoreOptions { BaseKeyPrefix = $"quota-webhooks/{Guid.NewGuid():N}" };
        var quota = new Quota(MaxKeys: null, MaxBytes: (2 * Record.Bytes) - 1);
        var layout = new KeyLayout(options);
        var records = new IdempotencyRecords(layout, TimeProvider.System);
        _totals = new UsageTotals(quota);
        _telemetry = new QuotaTelemetry(_totals, Meters.Factory);
        _catchUp = new UsageCatchUp(Store, layout, _totals, TimeProvider.System);
        _webhooks = new QuotaWebhooks(
            new WebhookRepository(
                Store, layout, records,
                NoAudit.Records(layout),
                TimeProvider.System, NullLogger<WebhookRepository>.Instance),
            _totals, new QuotaGuard(_totals, _catchUp, _telemetry, quota), Store, records);
        // The test itself reports the changes.
        _totals.Replace(new Dictionary<Tenant, Usage>(), 1);
        _totals.SetFollowing(true);
    }

    [TearDown]
    public void Dispose() => _catchUp.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_record_takes_room_before_and_after_its_change_arrives(bool isRepeated)
    {
        var added = await Add();
        if (isRepeated)
            Assert.That(await Add(), Is.EqualTo(added with { IsReplayed = true }));

        Assert.That(_totals.TryReserve(Us, Record, out _), Is.False, "before its change arrives");
        _totals.Apply(added.Revision, [(Us, Record)]);
        Assert.That(_totals.TryReserve(Us, Record, out _), Is.False, "afterwards");
        Assert.That(_totals.TryReserve(Us, Record - new Usage(0, 1), out _), Is.True, "and only once");
    }

    private Task<AddedWebhook> Add() => _webhooks.Add(
        new Webhook(
            Guid.NewGuid(), Us,
            new WebhookSettings
            {
                Pattern = KeyPattern.Parse("a"),
                Events = EventFilter.TryParse(["*"])!.Value,
                Endpoint = "http://example.com",
            },
            createdAt: 1_800_000_000),
        limit: 5, Request, Enough);
}
