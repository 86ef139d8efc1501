using System.Diagnostics;
using Kv.Domain.Audit;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Audit;

/// <summary>
/// Keeps beside a change who made it, where that is asked for: one more operation of the same transaction, so that neither is there
/// without the other. Repositories add it to what they write; it asks the present request who that is. Where nothing is kept,
/// operations are handed back as they are.
/// </summary>
internal sealed partial class AuditRecords
{
    // Deadlines are rounded up, so that records share a lease. etcd takes back all keys of a lease at once, while no write goes on, so
    // they are not to be many: those of a minute. Nor are the leases that stand at a time, which etcd's leader has all in its hands:
    // where records are kept for long, steps are longer.
    private const long ShortestStep = 60;
    private const long LongestStep = 60 * 60;
    private const long MostLeases = 50_000;

    // What is kept for minutes only is not to stay for much longer than it was meant to.
    private const long StepsOfShortRetention = 24;

    private readonly KeyLayout _layout;
    private readonly TimeProvider _time;
    private readonly TimeSpan _retention;
    private readonly long _step;
    private readonly ILogger<AuditRecords> _logger;
    private readonly IActor? _actor;
    private readonly uint _replica = (uint)Random.Shared.NextInt64(1L << 32);
    private long _lastTicks;

    public AuditRecords(StoreOptions options, KeyLayout layout, TimeProvider time, ILogger<AuditRecords> logger, IActor? actor = null)
    {
        (_layout, _time, _logger) = (layout, time, logger);
        if (options.AuditRetention is not { } retention)
            return;
        _actor = actor ?? throw new ArgumentNullException(nameof(actor), "Nobody tells who makes the changes that are to be recorded.");
        _retention = retention;
        _step = StepOf((long)retention.TotalSeconds);
    }

    /// <summary>Whether any are kept.</summary>
    public bool AreKept => _actor is not null;

    /// <summary>The operations, with the record behind them: their results keep their places.</summary>
    /// <param name="operations">What is written. Something of it must change whenever it is done.</param>
    /// <param name="tenant">Whose it is; null where it is about the deployment.</param>
    /// <param name="operation">What the audit calls it.</param>
    /// <param name="target">What it is done to.</param>
    public IReadOnlyList<Operation> With<T>(IReadOnlyList<Operation> operations, Tenant? tenant, string operation, T target)
        where T : notnull =>
        _actor is null ? operations : [.. operations, Record(_actor, tenant, [new AuditedChange(operation, target.ToString()!)])];

    /// <summary>Adds one record for all that a branch of a transaction writes, if it writes anything.</summary>
    public void Add(List<Operation> branch, Tenant tenant, IReadOnlyList<KeyOperation> asked)
    {
        if (_actor is not null && AuditedChange.Of(asked) is { Length: > 0 } changes)
            branch.Add(Record(_actor, tenant, changes));
    }

    private static long StepOf(long retentionSeconds)
    {
        var step = Math.Clamp(retentionSeconds / MostLeases, ShortestStep, LongestStep);
        return Math.Clamp(retentionSeconds / StepsOfShortRetention, 1, step);
    }

    private Operation.Put Record(IActor actor, Tenant? tenant, AuditedChange[] changes)
    {
        var id = NextId();
        var at = new DateTimeOffset(id.Ticks, TimeSpan.Zero);
        var stored = StoredAuditRecord.Write(at, actor, Activity.Current?.TraceId.ToString(), changes);
        return new Operation.Put(_layout.AuditRecord(tenant, id), stored, ((at + _retention).ToUnixTimeSeconds() / _step + 1) * _step);
    }

    // Two that are made at once, or while the clock goes back, must neither be one nor change their order.
    private AuditRecordId NextId()
    {
        var now = _time.GetUtcNow().UtcTicks;
        while (true)
        {
            var last = Volatile.Read(ref _lastTicks);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastTicks, next, last) == last)
                return AuditRecordId.Of(next, _replica);
        }
    }
}
