using Kv.Domain.Storage;
using Kv.Domain.Transactions;

namespace Kv.Application.Transfers;

/// <summary>Processes the lines of an import.</summary>
internal interface IImportWriter
{
    /// <returns>The numbers of written and skipped lines, and the error that ended the import, if any.</returns>
    Task<(long Written, long Skipped, ImportError? Error)> Write(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, CancellationToken cancellationToken);
}

/// <summary>
/// Writes batches of an import. A batch is one atomic transaction, except in the mode Skip, which writes each line with
/// the condition that the key does not exist.
/// </summary>
internal sealed class ImportWriter(IKeyValueRepository keyValues, IKeyValueTransactions transactions, Limits limits)
    : IImportWriter
{
    public async Task<(long Written, long Skipped, ImportError? Error)> Write(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
            return (0, 0, null);
        try
        {
            return mode == ImportMode.Skip
                ? await WriteAbsent(tenant, lines, cancellationToken)
                : await WriteTogether(tenant, lines, mode, cancellationToken);
        }
        catch (StoreException failure)
        {
            var mayBeWritten = failure is StoreUnavailableException { OutcomeUnknown: true } || mode == ImportMode.Skip;
            return (0, 0, new ImportError(lines[0].Number, failure)
            {
                UnknownThrough = mayBeWritten ? lines[^1].Number : null,
            });
        }
    }

    private async Task<(long, long, ImportError?)> WriteTogether(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, CancellationToken cancellationToken)
    {
        var conditions = mode == ImportMode.Fail
            ? lines.Select(line => new KeyCondition(Key.Parse(line.Key), Precondition.Absent)).ToArray()
            : [];
        var outcome = await transactions.Commit(
            tenant, new KeyTransaction(conditions, [.. lines.Select(Set)], []), request: null, cancellationToken);
        if (outcome.FoundRevisions is not { } found)
            return (lines.Count, 0, null);
        var taken = Math.Max(0, found.Index().FirstOrDefault(one => one.Item > 0).Index);
        var error = ImportError.Exists(lines[taken]);
        if (taken == 0)
            return (0, 0, error);
        var (written, _, before) = await WriteTogether(tenant, [.. lines.Take(taken)], mode, cancellationToken);
        return (written, 0, before ?? error);
    }

    private async Task<(long, long, ImportError?)> WriteAbsent(
        Tenant tenant, IReadOnlyList<ImportLine> lines, CancellationToken cancellationToken)
    {
        var writes = await Task.WhenAll(lines.Select(line => keyValues.Set(
            tenant, Key.Parse(line.Key), line.Value, Options(line) with { Condition = Precondition.Absent },
            cancellationToken)));
        var written = writes.Count(write => write.IsApplied);
        return (written, writes.Length - written, null);
    }

    private KeyOperation Set(ImportLine line) =>
        new(KeyOperationKind.Set, Key.Parse(line.Key), line.Value, Options(line));

    private SetOptions Options(ImportLine line) => new(line.Ttl.In(limits), line.ContentType, ExpireAt: line.ExpireAt);
}
