namespace Kv.FaultTests.History;

/// <summary>A record of the audit, as Kv tells it at the end of the run.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Revision">The revision that the changes took.</param>
/// <param name="Changes">What was done to which keys.</param>
internal sealed record AuditTold(string Tenant, long Revision, IReadOnlyList<AuditedKey> Changes) : HistoryRecord;

/// <summary>One change of an audit record.</summary>
/// <param name="Operation"><c>set</c>, <c>set_ttl</c>, <c>delete</c> ….</param>
/// <param name="Target">The key.</param>
internal sealed record AuditedKey(string Operation, string Target);

/// <summary>What Kv told of a tenant's usage.</summary>
/// <param name="At">When it was told.</param>
/// <param name="Replica">The replica that told it.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Revision">The revision at which it was so.</param>
/// <param name="Keys">How many keys there were.</param>
/// <param name="Bytes">How many bytes of UTF-8 the keys and their values took.</param>
internal sealed record UsageTold(
    long At, string Replica, string Tenant, long Revision, long Keys, long Bytes) : HistoryRecord;
