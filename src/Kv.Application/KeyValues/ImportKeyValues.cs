using System.Runtime.CompilerServices;
using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>
/// Sets keys, line by line, until the lines end or one cannot be taken. The answer tells how far it has come, the last of it how
/// it ended: every line before the one that it names is done, and none behind.
/// </summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Lines">The lines, which are read as they are wanted.</param>
/// <param name="Mode">What to do with keys that exist.</param>
/// <param name="IsDryRun">Whether to say what would happen, and write nothing.</param>
public sealed record ImportKeyValues(
    string Namespace, string AppName, IAsyncEnumerable<ImportLine> Lines, ImportMode Mode, bool IsDryRun)
    : IRequest<IAsyncEnumerable<ImportProgress>>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Reach(Namespace, AppName, AccessVerbs.Write);
}

internal sealed class ImportKeyValuesValidator : AbstractValidator<ImportKeyValues>
{
    public ImportKeyValuesValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class ImportKeyValuesHandler(
    IKeyValueRepository keyValues, IKeyValueTransactions transactions, IValidator<KeyOperationInput> validator, Limits limits,
    ICaller caller, TimeProvider time)
    : IRequestHandler<ImportKeyValues, IAsyncEnumerable<ImportProgress>>
{
    // One transaction each, which the store's limits bound.
    private const int MaxLines = 100;
    private const int MaxBytes = 512 * 1024;

    private readonly ImportWriter _writer = new(keyValues, transactions, limits);

    public Task<IAsyncEnumerable<ImportProgress>> Handle(ImportKeyValues request, CancellationToken cancellationToken) =>
        Task.FromResult(Import(request, cancellationToken));

    private async IAsyncEnumerable<ImportProgress> Import(
        ImportKeyValues request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        var grants = caller.Grants;
        var progress = new ImportProgress();
        var batch = new ImportBatch(MaxLines, MaxBytes);
        ImportError? error = null;
        await foreach (var line in request.Lines.WithCancellation(cancellationToken))
        {
            error = Judge(line) ?? Forbid(line);
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
        // What came before a line that cannot be taken is done.
        if (batch.Lines.Count > 0)
        {
            var (done, failure) = await Write(progress);
            (progress, error) = (done, failure ?? error);
        }
        yield return progress with { IsDone = error is null, Error = error };

        // The keys are not known before their lines are read.
        ImportError? Forbid(ImportLine line) => grants.Allow(AccessVerbs.Write, request, line.Key)
            ? null
            : new ImportError(line.Number, AccessDeniedException.Explanation, IsForbidden: true);

        async Task<(ImportProgress, ImportError?)> Write(ImportProgress before)
        {
            var lines = batch.Take();
            var living = lines.Where(line => !(line.ExpireAt <= time.GetUtcNow().ToUnixTimeSeconds())).ToList();
            var (written, skipped, failure) = await _writer.Write(tenant, living, request.Mode, request.IsDryRun, cancellationToken);
            return (before with
            {
                Read = before.Read + (failure is null ? lines.Count : lines.TakeWhile(line => line.Number < failure.Line).Count()),
                Written = before.Written + written,
                Skipped = before.Skipped + skipped,
                Expired = before.Expired + (failure is null ? lines.Count - living.Count : lines.TakeWhile(line => line.Number < failure.Line).Except(living).Count()),
            }, failure);
        }
    }

    private ImportError? Judge(ImportLine line)
    {
        if (line.Mistake is { } mistake)
            return mistake;
        var ttl = line.ExpireAt is { } second ? Math.Max(0, second - time.GetUtcNow().ToUnixTimeSeconds()) : line.Ttl;
        var result = validator.Validate(new KeyOperationInput(KeyOperationKind.Set, line.Key, line.Value, ttl, line.ContentType));
        return result.IsValid
            ? null
            : new ImportError(line.Number, result.Errors[0].ErrorMessage, result.Errors[0].PropertyName);
    }
}
