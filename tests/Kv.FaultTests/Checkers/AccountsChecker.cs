using System.Text;
using System.Text.RegularExpressions;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// The audit has one record for each change that a call made, and no other records; the usage is that of the store. A
/// full store takes a removal without its record: the log has a line about each.
/// </summary>
internal sealed partial class AccountsChecker : IChecker
{
    private static readonly string[] KeyOperations = ["set", "set_ttl", "delete"];

    public IEnumerable<string> Check(Evidence evidence) =>
        (evidence.Run.IsAudited ? Audit(evidence) : []).Concat(Usage(evidence));

    private static IEnumerable<string> Audit(Evidence evidence)
    {
        var seen = evidence.All<AuditReading>()
            .SelectMany(
                record => record.Changes.Where(change => KeyOperations.Contains(change.Operation))
                    .Select(change => (record, change)))
            .ToLookup(
                one => (new KeyName(one.record.Tenant, one.change.Target), one.record.Revision),
                one => one.change.Operation);
        foreach (var records in seen)
        {
            var change = evidence.Store.ChangeAt(records.Key.Item1, records.Key.Revision);
            if (records.Count() > 1)
                yield return $"the audit has {records.Count()} records of {records.Key.Item1} at revision "
                    + $"{records.Key.Revision}";
            if (change is null || change.IsRemoved != (records.First() == "delete"))
                yield return $"the audit has {records.First()} {records.Key.Item1} at revision "
                    + $"{records.Key.Revision}, " +
                    $"but the store had {(change is null ? "no change of it" : change)}";
        }
        var unrecorded = UnrecordedRemovals(evidence);
        foreach (var change in evidence.Store.InOrder)
            if (!seen.Contains((change.Name, change.Revision))
                && !(change.IsRemoved && (Evidence.MayBeExpired(change) || unrecorded.Remove(change.Name))))
                yield return $"the audit has no record of {change}";
    }

    // One entry for each line of the log: it excuses one removal.
    private static List<KeyName> UnrecordedRemovals(Evidence evidence) =>
    [
        .. from line in evidence.All<LogLine>()
           let match = UnrecordedRemoval().Match(line.Message)
           where match.Success
           select new KeyName($"{match.Groups["namespace"]}/{match.Groups["app"]}", match.Groups["key"].Value),
    ];

    [GeneratedRegex(@"^The store has no room for an audit record: delete (?<key>.+) of \((?<namespace>[^,]+), (?<app>.+)\) was done without")]
    private static partial Regex UnrecordedRemoval();

    private static IEnumerable<string> Usage(Evidence evidence)
    {
        var (next, totals) = (0, new Dictionary<string, (long Keys, long Bytes)>());
        foreach (var seen in evidence.All<UsageReading>().OrderBy(seen => seen.Revision))
        {
            for (; next < evidence.Store.InOrder.Count
                && evidence.Store.InOrder[next].Revision <= seen.Revision; next++)
            {
                var change = evidence.Store.InOrder[next];
                var (keys, bytes) = totals.GetValueOrDefault(change.Name.Tenant);
                totals[change.Name.Tenant] = (
                    keys + (change.IsRemoved ? 0 : 1) - (change.Before is null ? 0 : 1),
                    bytes + Bytes(change) - Bytes(change.Before));
            }
            var had = totals.GetValueOrDefault(seen.Tenant);
            // Waiting deliveries and records of idempotent requests also take room.
            if (had.Keys != seen.Keys || had.Bytes > seen.Bytes)
                yield return $"{seen.Replica} reported at {CallText.Time(seen.At)} that {seen.Tenant} had {seen.Keys} "
                    + $"keys and {seen.Bytes} bytes at " +
                    $"revision {seen.Revision}; the store had {had.Keys} and {had.Bytes}";
        }
    }

    private static long Bytes(KeyVersion? version) => version is null or { IsRemoved: true }
        ? 0
        : Encoding.UTF8.GetByteCount(version.Name.Key) + Encoding.UTF8.GetByteCount(version.Value!);
}
