using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Application.KeyValues;

/// <summary>
/// Writes the lines of an import, a batch at a time: in one transaction where all are to be written, so that a batch is done or
/// not, and each by itself where those that exist are to be left.
/// </summary>
internal sealed class ImportWriter(IKeyValueRepository keyValues, IKeyValueTransactions transactions, Limits limits)
{
    /// <returns>How many lines were written and skipped, and why it ended before the last one, if it did.</returns>
    public async Task<(long Written, long Skipped, ImportError? Error)> Write(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, bool isDryRun, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
            return (0, 0, null);
        try
        {
            if (isDryRun)
                return await Look(tenant, lines, mode, cancellationToken);
            return mode == ImportMode.Skip
                ? await WriteAbsent(tenant, lines, cancellationToken)
                : await WriteTogether(tenant, lines, mode, cancellationToken);
        }
        catch (StoreException failure)
        {
            var mayBeWritten = failure is StoreUnavailableException { OutcomeUnknown: true } || mode == ImportMode.Skip;
            return (0, 0, new ImportError(
                lines[0].Number, failure.Message, UnknownThrough: mayBeWritten ? lines[^1].Number : null,
                IsStoreFailure: failure is not QuotaExceededException, IsOverQuota: failure is QuotaExceededException));
        }
    }

    private async Task<(long, long, ImportError?)> WriteTogether(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, CancellationToken cancellationToken)
    {
        var conditions = mode == ImportMode.Fail
            ? lines.Select(line => new KeyCondition(Key.Of(line.Key), Precondition.Absent)).ToArray()
            : [];
        var outcome = await transactions.Commit(
            tenant, new KeyTransaction(conditions, [.. lines.Select(Set)], []), request: null, cancellationToken);
        if (outcome.FoundRevisions is not { } found)
            return (lines.Count, 0, null);
        var taken = Math.Max(0, found.Index().FirstOrDefault(one => one.Item > 0).Index);
        var error = new ImportError(lines[taken].Number, $"The key '{lines[taken].Key}' exists", "key");
        if (taken == 0)
            return (0, 0, error);
        var (written, _, before) = await WriteTogether(tenant, [.. lines.Take(taken)], mode, cancellationToken);
        return (written, 0, before ?? error);
    }

    private async Task<(long, long, ImportError?)> WriteAbsent(
        Tenant tenant, IReadOnlyList<ImportLine> lines, CancellationToken cancellationToken)
    {
        var writes = await Task.WhenAll(lines.Select(line => keyValues.Set(
            tenant, Key.Of(line.Key), line.Value, Options(line) with { Condition = Precondition.Absent }, cancellationToken)));
        var written = writes.Count(write => write.IsApplied);
        return (written, writes.Length - written, null);
    }

    private async Task<(long, long, ImportError?)> Look(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, CancellationToken cancellationToken)
    {
        if (mode == ImportMode.Overwrite)
            return (lines.Count, 0, null);
        var reads = await Task.WhenAll(lines.Select(line => keyValues.Get(tenant, Key.Of(line.Key), default, cancellationToken).AsTask()));
        var existing = reads.Index().Where(read => read.Item.KeyValue is not null).Select(read => read.Index).ToList();
        if (mode == ImportMode.Skip || existing.Count == 0)
            return (lines.Count - existing.Count, existing.Count, null);
        return (existing[0], 0, new ImportError(lines[existing[0]].Number, $"The key '{lines[existing[0]].Key}' exists", "key"));
    }

    private KeyOperation Set(ImportLine line) => new(KeyOperationKind.Set, Key.Of(line.Key), line.Value, Options(line));

    private SetOptions Options(ImportLine line) => new(limits.TtlOf(line.Ttl), line.ContentType, ExpireAt: line.ExpireAt);
}
