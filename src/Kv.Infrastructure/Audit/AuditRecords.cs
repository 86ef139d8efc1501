using System.Diagnostics;
using Kv.Application.Audit;
using Kv.Domain.Audit;
using Kv.Domain.Transactions;

namespace Kv.Infrastructure.Audit;

/// <summary>
/// Writes audit records, if they are configured: a record is one more operation of the change's transaction, so that
/// neither exists without the other. Repositories add the record to their operations. The actor is that of the current
/// request. Without an audit, operations are returned unchanged.
/// </summary>
internal sealed partial class AuditRecords(
    AuditOptions options, KeyLayout layout, TimeProvider time, ILogger<AuditRecords> logger, IActor? actor = null)
{
    // Deadlines are rounded up, so that records share a lease. etcd removes all keys of a lease at once and blocks
    // writes meanwhile, so a lease must not have too many: it holds the records of a minute. The number of leases is
    // limited as well, because etcd's leader keeps them in memory: with a long retention, steps are longer.
    private const long ShortestStep = 60;
    private const long LongestStep = 60 * 60;
    private const long MaxLeases = 50_000;

    // Records with a short retention must not outlive it by much.
    private const long MinSteps = 24;

    private readonly long _step = StepOf((long)options.Retention.TotalSeconds);
    private readonly uint _replica = (uint)Random.Shared.NextInt64(1L << 32);

    // Null when no records are kept.
    private readonly IActor? _actor = !options.IsKept
        ? null
        : actor ?? throw new ArgumentNullException(nameof(actor), "An audit needs the actor of its records.");

    private long _lastTicks;

    /// <summary>Whether records are kept.</summary>
    public bool AreKept => _actor is not null;

    /// <summary>The operations followed by the record, so that their results keep their places.</summary>
    /// <param name="operations">The operations. They must change something whenever they are applied.</param>
    /// <param name="tenant">The tenant; null for the deployment.</param>
    /// <param name="operation">The name of the operation in the audit.</param>
    public IReadOnlyList<Operation> With<T>(
        IReadOnlyList<Operation> operations, Tenant? tenant, string operation, T target)
        where T : notnull =>
        _actor is null
            ? operations
            : [.. operations, Record(_actor, tenant, [new AuditedChange(operation, target.ToString()!)])];

    /// <summary>Adds one record for all writes of a transaction's branch, if there are any.</summary>
    public void Add(List<Operation> branch, Tenant tenant, IReadOnlyList<KeyOperation> asked)
    {
        if (_actor is not null && AuditedChange.From(asked) is { Length: > 0 } changes)
            branch.Add(Record(_actor, tenant, changes));
    }

    /// <summary>
    /// Commits a removal with its record. When the store has no room for the record, the removal is committed without
    /// it, and the log says so: a removal needs no room, and may free some or revoke a credential.
    /// </summary>
    /// <param name="removal">The removal. When its conditions hold, there must be something to remove.</param>
    /// <param name="tenant">The tenant; null for the deployment.</param>
    /// <param name="operation">The name of the operation in the audit.</param>
    public ValueTask<CommitResult> Remove<T>(
        IStore store, Transaction removal, Tenant? tenant, string operation, T target,
        CancellationToken cancellationToken)
        where T : notnull => Remove(
        store, removal, tenant, _actor is null ? [] : [new AuditedChange(operation, target.ToString()!)],
        cancellationToken);

    /// <inheritdoc cref="Remove{T}"/>
    /// <param name="tenant">The tenant; null for the deployment.</param>
    public async ValueTask<CommitResult> Remove(
        IStore store, Transaction removal, Tenant? tenant, AuditedChange[] changes, CancellationToken cancellationToken)
    {
        var recorded = _actor is null
            ? removal
            : new Transaction(removal.Compares, [.. removal.Then, Record(_actor, tenant, changes)], removal.Otherwise);
        try
        {
            return await store.Commit(recorded, cancellationToken);
        }
        catch (StoreOutOfSpaceException) when (_actor is not null)
        {
            var result = await store.Commit(removal, cancellationToken);
            if (result.Succeeded)
                foreach (var (done, target) in changes)
                    LogUnrecorded(done, LogText.Escape(target)!, tenant?.Namespace, tenant?.AppName);
            return result;
        }
    }

    private static long StepOf(long retentionSeconds)
    {
        var step = Math.Clamp(retentionSeconds / MaxLeases, ShortestStep, LongestStep);
        return Math.Clamp(retentionSeconds / MinSteps, 1, step);
    }

    private Operation.Put Record(IActor actor, Tenant? tenant, AuditedChange[] changes)
    {
        var id = NextId();
        var at = new DateTimeOffset(id.Ticks, TimeSpan.Zero);
        var stored = StoredAuditRecord.Write(at, actor, Activity.Current?.TraceId.ToString(), changes);
        return new Operation.Put(
            layout.AuditRecord(tenant, id), stored, SharedDeadline.After(at + options.Retention, _step));
    }

    // Ids must be unique and in order, even when two are created at once or the clock is set back.
    private AuditRecordId NextId()
    {
        var now = time.GetUtcNow().UtcTicks;
        while (true)
        {
            var last = Volatile.Read(ref _lastTicks);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastTicks, next, last) == last)
                return new AuditRecordId(next, _replica);
        }
    }
}
