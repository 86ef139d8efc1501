using FluentValidation.Results;
using Kv.Application.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Transactions;

namespace Kv.Application.Transactions;

/// <summary>Executes many independent operations on keys. A failed operation does not affect the others.</summary>
public sealed record ExecuteBulk(string Namespace, string AppName, IReadOnlyList<KeyOperationInput> Operations)
    : IRequest<IReadOnlyList<BulkResult>>, ITenantRequest, IGuardedRequest
{
    /// <summary>The maximum number of operations.</summary>
    public const int MaxOperations = 1000;

    /// <summary>The error for a wrong number of operations.</summary>
    public static readonly string CountRule = $"There must be 1 to {MaxOperations} operations";

    bool IGuardedRequest.IsAllowedTo(Grants caller) => Operations.All(one => caller.Allow(one.Verb, this, one.Key));
}

/// <summary>The result of one operation.</summary>
/// <param name="Change">The result of a write; null for reads and failures.</param>
/// <param name="Lookup">The result of a read; null for writes and failures.</param>
/// <param name="Invalid">The validation errors; null for a valid operation.</param>
/// <param name="Failure">
/// The reason of a failure: the store failed, or the read exceeds the result limit; null on success.
/// </param>
public sealed record BulkResult(
    WriteResult? Change = null, ReadResult? Lookup = null, IReadOnlyList<ValidationFailure>? Invalid = null,
    Exception? Failure = null);

internal sealed class ExecuteBulkValidator : AbstractValidator<ExecuteBulk>
{
    public ExecuteBulkValidator(Limits limits)
    {
        // The handler validates each operation and returns its errors in its own result.
        RuleFor(request => request.Operations)
            .Must(operations => operations.Count is >= 1 and <= ExecuteBulk.MaxOperations)
            .WithMessage(ExecuteBulk.CountRule).OverridePropertyName("body");
        this.RuleForTenant(limits);
    }
}

internal sealed class ExecuteBulkHandler(
    IKeyValueRepository keyValues, IValidator<KeyOperationInput> validator, Limits limits, IMapper mapper)
    : IRequestHandler<ExecuteBulk, IReadOnlyList<BulkResult>>
{
    // Two batches of the store: the next one gathers while the previous one is in flight.
    private const int MaxConcurrent = 200;

    public async Task<IReadOnlyList<BulkResult>> Handle(ExecuteBulk request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var results = new BulkResult[request.Operations.Count];
        using var budget = new ResultBudget(limits);
        // Operations on the same key run one after the other, in order.
        var keys = request.Operations
            .Select((operation, index) => (operation, index))
            .GroupBy(one => one.operation.Key, StringComparer.Ordinal);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = MaxConcurrent,
            CancellationToken = cancellationToken,
            // Continue where the caller runs, if it has a context.
            TaskScheduler = SynchronizationContext.Current is null
                ? TaskScheduler.Default
                : TaskScheduler.FromCurrentSynchronizationContext(),
        };
        await Parallel.ForEachAsync(keys, options, async (key, cancel) =>
        {
            foreach (var (operation, index) in key)
                results[index] = await Execute(tenant, operation, budget, cancel);
        });
        return results;
    }

    private async Task<BulkResult> Execute(
        Tenant tenant, KeyOperationInput operation, ResultBudget budget, CancellationToken cancellationToken)
    {
        var validation = validator.Validate(operation);
        if (!validation.IsValid)
            return new BulkResult(Invalid: validation.Errors);
        var key = Key.Parse(operation.Key);
        try
        {
            return operation.Kind switch
            {
                KeyOperationKind.Get => new BulkResult(Lookup: mapper.ToReadResult(await budget.Read(
                    () => keyValues.Get(tenant, key, default, cancellationToken), cancellationToken))),
                KeyOperationKind.Set => new BulkResult(mapper.ToWriteResult(await keyValues.Set(
                    tenant, key, operation.Value, operation.ToOperation(limits).Options, cancellationToken))),
                KeyOperationKind.Delete => new BulkResult(mapper.ToWriteResult(await keyValues.Delete(
                    tenant, key, operation.Condition, cancellationToken))),
            };
        }
        catch (Exception failure) when (failure is StoreException or ResultTooLargeException)
        {
            return new BulkResult(Failure: failure);
        }
    }
}
