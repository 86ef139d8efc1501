using System.Diagnostics.Metrics;
using Kv.Domain.Quotas;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Quotas;

/// <summary>The metrics of the quotas. They do not name tenants.</summary>
internal sealed class QuotaTelemetry
{
    private long _overKeys;
    private long _overBytes;

    public QuotaTelemetry(UsageTotals totals, IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.Name);
        // Both exist from the start, at 0: a series that begins with its first event shows no increase.
        meter.CreateObservableCounter(
            "kv.quota.refusals",
            () => new[] { Measure(QuotaKind.Keys, ref _overKeys), Measure(QuotaKind.Bytes, ref _overBytes) },
            "{write}",
            "Writes that were refused because a tenant has no room left, by the limit that they would exceed.");
        Counts = new Tally(
            meter, "kv.quota.counts", "{count}", "How often all keys were read to count the usage of tenants.");
        meter.CreateObservableGauge(
            "kv.quota.following", () => totals.State == UsageState.Following ? 1 : 0,
            description: "1 while the usage of tenants is counted and kept up to date.");
        meter.CreateObservableGauge("kv.quota.tenants", () => totals.Tenants, "{tenant}", "Tenants that have keys.");
    }

    public void Refused(QuotaKind kind) =>
        Interlocked.Increment(ref kind == QuotaKind.Keys ? ref _overKeys : ref _overBytes);

    public Tally Counts { get; }

    private static Measurement<long> Measure(QuotaKind kind, ref long count) => new(
        Volatile.Read(ref count),
        new KeyValuePair<string, object?>("quota", kind == QuotaKind.Keys ? "keys" : "bytes"));
}
