using System.Runtime.CompilerServices;
using Kv.Domain.Transactions;

namespace Kv.Application.Transfers;

/// <summary>
/// Sets keys line by line, until the last line or the first error. The result reports the progress; its last item
/// reports the end. On an error, every line before the reported line is done, and no line after it.
/// </summary>
/// <param name="Lines">The lines, read on demand.</param>
/// <param name="IsDryRun">Whether to report the result without writing.</param>
public sealed record ImportKeyValues(
    string Namespace, string AppName, IAsyncEnumerable<ImportLine> Lines, ImportMode Mode, bool IsDryRun)
    : IRequest<IAsyncEnumerable<ImportProgress>>, ITenantRequest, IGuardedRequest
{
    /// <summary>Most bytes of values that are read before they are written.</summary>
    public const int MaxBatchBytes = 512 * 1024;

    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Cover(Namespace, AppName, AccessVerbs.Write);
}

internal sealed class ImportKeyValuesValidator(Limits limits) : TenantValidator<ImportKeyValues>(limits);

internal sealed class ImportKeyValuesHandler(
    IKeyValueRepository keyValues, IKeyValueTransactions transactions, IValidator<ImportLine> validator, Limits limits,
    ICaller caller, TimeProvider time)
    : IRequestHandler<ImportKeyValues, IAsyncEnumerable<ImportProgress>>
{
    public Task<IAsyncEnumerable<ImportProgress>> Handle(
        ImportKeyValues request, CancellationToken cancellationToken) =>
        Task.FromResult(Import(request, cancellationToken));

    private async IAsyncEnumerable<ImportProgress> Import(
        ImportKeyValues request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var grants = await caller.Grants(cancellationToken);
        var progress = new ImportProgress();
        var batch = new ImportBatch();
        IImportWriter writer = request.IsDryRun
            ? new ImportDryRun(keyValues)
            : new ImportWriter(keyValues, transactions, limits);
        ImportError? error = null;
        await foreach (var line in request.Lines.WithCancellation(cancellationToken))
        {
            error = Validate(line) ?? Authorize(line);
            if (error is not null)
                break;
            if (!batch.HasRoomFor(line))
            {
                (progress, error) = await Write(progress);
                if (error is not null)
                    break;
                yield return progress;
            }
            batch.Add(line);
        }
        // Write the lines before an erroneous line, but not if the caller's credential has ended.
        if (error is { Cause: CredentialEndedException } && batch.Lines.Count > 0)
            error = error with { Line = batch.Lines[0].Number };
        else if (batch.Lines.Count > 0)
        {
            var (done, failure) = await Write(progress);
            (progress, error) = (done, failure ?? error);
        }
        yield return progress with { IsDone = error is null, Error = error };

        // The keys are unknown before their lines are read, so the grants are checked per line.
        ImportError? Authorize(ImportLine line) => grants.Allow(AccessVerbs.Write, request, line.Key)
            ? null
            : new ImportError(
                line.Number, AccessDeniedException.InTenant(request.Namespace, request.AppName, AccessVerbs.Write));

        async Task<(ImportProgress, ImportError?)> Write(ImportProgress before)
        {
            var lines = batch.Take();
            var living = lines.Where(line => !(line.ExpireAt <= time.GetUtcNow().ToUnixTimeSeconds())).ToList();
            var (written, skipped, failure) = await writer.Write(tenant, living, request.Mode, cancellationToken);
            return (before with
            {
                Read = before.Read
                    + (failure is null ? lines.Count : lines.TakeWhile(line => line.Number < failure.Line).Count()),
                Written = before.Written + written,
                Skipped = before.Skipped + skipped,
                Expired = before.Expired
                    + (failure is null
                        ? lines.Count - living.Count
                        : lines.TakeWhile(line => line.Number < failure.Line).Except(living).Count()),
            }, failure);
        }
    }

    private ImportError? Validate(ImportLine line)
    {
        if (line.Mistake is { } mistake)
            return mistake;
        var result = validator.Validate(line);
        return result.IsValid
            ? null
            : new ImportError(line.Number, result.Errors[0].ErrorMessage, result.Errors[0].PropertyName);
    }
}
