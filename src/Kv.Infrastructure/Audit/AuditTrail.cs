using System.Text;
using Kv.Domain.Audit;

namespace Kv.Infrastructure.Audit;

/// <summary>The audit records, on either engine.</summary>
internal sealed partial class AuditTrail(IStore store, KeyLayout layout, ILogger<AuditTrail> logger) : IAuditTrail
{
    // A page is complete before it is sent: when records list many changes, it ends before its limit.
    private const int FullPageBytes = 1 << 20;

    // The limit of a read depends on the size of the records so far, because records beyond the page are wasted. It
    // still grows fast: etcd counts the rest of the range in each call.
    private const int FirstRead = 16;
    private const int Growth = 8;

    public async Task<(IReadOnlyList<AuditRecord> Records, bool HasMore)> List(
        Tenant? tenant, (DateTimeOffset? From, DateTimeOffset? To) period, AuditRecordId? after, int limit,
        CancellationToken cancellationToken)
    {
        var (records, bytes) = (new List<AuditRecord>(), 0);
        var prefix = layout.AuditPrefix(tenant);
        var all = KeyRange.Prefix(prefix);
        var end = period.To is { } to ? layout.AuditPrefix(tenant, AuditRecordId.TimePart(to)) : all.End;
        var start = period.From is { } from ? layout.AuditPrefix(tenant, AuditRecordId.TimePart(from)) : all.Start;
        if (after is not null && layout.AuditRecord(tenant, after).Next() is var next && next.CompareTo(start) > 0)
            start = next;
        for (var read = FirstRead; start.CompareTo(end) < 0;)
        {
            var query = new RangeQuery(KeyRange.Between(start, end), Math.Min(read, limit - records.Count));
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                if (StoredAuditRecord.TryRead(
                    Encoding.UTF8.GetString(entry.Key.Span[prefix.Bytes.Length..]), entry) is not { } record)
                {
                    LogUnreadable(entry.Key);
                    continue;
                }
                // Checked only once there is another record: otherwise the page would be the last one.
                if (bytes >= FullPageBytes)
                    return (records, true);
                bytes += entry.Value.Length;
                records.Add(record);
            }
            if (page.Next is not { } rest)
                break;
            if (records.Count == limit || bytes >= FullPageBytes)
                return (records, true);
            start = rest;
            read = Next(read, page, FullPageBytes - bytes);
        }
        return (records, false);
    }

    // A page omits expired records, so it may be empty and give no average.
    private static int Next(int read, RangePage page, int room)
    {
        var average = page.Entries.Sum(entry => (long)entry.Value.Length) / Math.Max(1, page.Entries.Count);
        return (int)Math.Min(read * Growth, room / Math.Max(1, average) + 1);
    }
}
