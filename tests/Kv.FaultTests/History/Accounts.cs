namespace Kv.FaultTests.History;

/// <summary>A record of the audit, as Kv returns it at the end of the run.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Revision">The revision that the changes took.</param>
/// <param name="Changes">The operations and their keys.</param>
internal sealed record AuditReading(string Tenant, long Revision, IReadOnlyList<AuditedKey> Changes) : HistoryRecord;

/// <summary>One change of an audit record.</summary>
/// <param name="Operation"><c>set</c>, <c>set_ttl</c>, <c>delete</c> ….</param>
/// <param name="Target">The key.</param>
internal sealed record AuditedKey(string Operation, string Target);

/// <summary>The usage of a tenant, as Kv reported it.</summary>
/// <param name="At">When it was reported.</param>
/// <param name="Replica">The replica that reported it.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Revision">The revision at which it was so.</param>
/// <param name="Keys">How many keys there were.</param>
/// <param name="Bytes">How many bytes of UTF-8 the keys and their values took.</param>
internal sealed record UsageReading(
    long At, string Replica, string Tenant, long Revision, long Keys, long Bytes) : HistoryRecord;
