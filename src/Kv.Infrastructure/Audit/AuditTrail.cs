using System.Text;
using Kv.Domain.Audit;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Audit;

/// <summary>The records of the audit over the storage waist, whichever engine is behind it.</summary>
internal sealed partial class AuditTrail(IStore store, KeyLayout layout, ILogger<AuditTrail> logger) : IAuditTrail
{
    // A page is gathered before it is sent: where records list many changes, it ends before its limit.
    private const int FullPageBytes = 1 << 20;

    public async Task<(IReadOnlyList<AuditRecord> Records, bool HasMore)> List(
        Tenant? tenant, (DateTimeOffset? From, DateTimeOffset? To) period, AuditRecordId? after, int limit, CancellationToken cancellationToken)
    {
        var (records, bytes) = (new List<AuditRecord>(), 0);
        var prefix = layout.AuditPrefix(tenant);
        var all = KeyRange.Prefix(prefix);
        var end = period.To is { } to ? layout.AuditPrefix(tenant, AuditRecordId.TimePart(to)) : all.End;
        var start = period.From is { } from ? layout.AuditPrefix(tenant, AuditRecordId.TimePart(from)) : all.Start;
        if (after is not null && layout.AuditRecord(tenant, after).Next() is var next && next.CompareTo(start) > 0)
            start = next;
        while (start.CompareTo(end) < 0)
        {
            var page = await store.Range(new RangeQuery(KeyRange.Between(start, end), limit - records.Count), cancellationToken);
            foreach (var entry in page.Entries)
            {
                if (StoredAuditRecord.TryRead(Encoding.UTF8.GetString(entry.Key.Span[prefix.Bytes.Length..]), entry) is not { } record)
                {
                    LogUnreadable(entry.Key);
                    continue;
                }
                // Not before there is one: the last of a page says where the next begins.
                if (bytes >= FullPageBytes)
                    return (records, true);
                bytes += entry.Value.Length;
                records.Add(record);
            }
            if (page.Next is not { } rest)
                break;
            if (records.Count == limit)
                return (records, true);
            // What has expired is left out of a page.
            start = rest;
        }
        return (records, false);
    }

    [LoggerMessage(LogLevel.Warning, "The record of the audit stored under {Key} cannot be read and is passed over")]
    private partial void LogUnreadable(StoreKey key);
}
