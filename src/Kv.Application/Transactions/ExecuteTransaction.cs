using Kv.Application.Idempotency;
using Kv.Application.KeyValues;
using Kv.Domain.Transactions;

namespace Kv.Application.Transactions;

/// <summary>Executes operations on keys atomically, under conditions.</summary>
/// <param name="Compare">The conditions for <paramref name="Success"/>.</param>
/// <param name="Success">The operations when all conditions hold.</param>
/// <param name="Failure">The operations otherwise.</param>
public sealed record ExecuteTransaction(
    string Namespace, string AppName,
    IReadOnlyList<KeyConditionInput> Compare, IReadOnlyList<KeyOperationInput> Success,
    IReadOnlyList<KeyOperationInput> Failure, string? IdempotencyKey = null)
    : IRequest<TransactionResult>, ITenantRequest, IGuardedRequest
{
    /// <summary>The maximum number of operations in both branches together, and of conditions.</summary>
    public const int MaxOperations = 100;

    /// <summary>The error for too many operations.</summary>
    public static readonly string TooManyOperations =
        $"Too many operations (max {MaxOperations} in success and failure together)";

    /// <summary>The error for too many conditions.</summary>
    public static readonly string TooManyCompares = $"Too many compares (max {MaxOperations})";

    bool IGuardedRequest.IsAllowedTo(Grants caller) => Compare.All(one => caller.Allow(AccessVerbs.Read, this, one.Key))
        && Success.Concat(Failure).All(one => caller.Allow(one.Verb, this, one.Key));

    internal void AddTo(Fingerprint fingerprint)
    {
        fingerprint.Add(Compare.Count);
        foreach (var one in Compare)
            fingerprint.Add(one.Key).Add((int)one.Condition.Kind).Add(one.Condition.Revision)
                .Add(one.Value is null ? 0 : 1).Add(one.Value.GetValueOrDefault().Span);
        foreach (var branch in new[] { Success, Failure })
        {
            fingerprint.Add(branch.Count);
            foreach (var one in branch)
                one.AddTo(fingerprint);
        }
    }
}

/// <summary>A requested condition on a key.</summary>
/// <param name="Condition">The condition on its existence or revision.</param>
/// <param name="Value">The required value; null for any value.</param>
public sealed record KeyConditionInput(string Key, Precondition Condition, ReadOnlyMemory<byte>? Value = null);

/// <summary>The result of a transaction.</summary>
/// <inheritdoc cref="TransactionOutcome" path="/param"/>
public sealed record TransactionResult(
    bool Succeeded, long Revision, IReadOnlyList<KeyValueDto?> Results, IReadOnlyList<long>? FoundRevisions,
    bool IsReplayed);

internal sealed class ExecuteTransactionValidator : AbstractValidator<ExecuteTransaction>
{
    public ExecuteTransactionValidator(Limits limits)
    {
        RuleFor(request => request)
            .Must(request => request.Success.Count + request.Failure.Count + request.Compare.Count > 0)
            .WithMessage("A transaction must hold at least one operation or compare").OverridePropertyName("success");
        RuleFor(request => request)
            .Must(request => request.Success.Count + request.Failure.Count <= ExecuteTransaction.MaxOperations)
            .WithMessage(ExecuteTransaction.TooManyOperations).OverridePropertyName("success");
        RuleFor(request => request.Compare)
            .Must(compare => compare.Count <= ExecuteTransaction.MaxOperations)
            .WithMessage(ExecuteTransaction.TooManyCompares);
        RuleForEach(request => request.Compare)
            .ChildRules(compare => compare.RuleFor(one => one.Key).Key(limits).OverridePropertyName("key"))
            .OverridePropertyName("compare");
        var operation = new KeyOperationInputValidator(limits);
        RuleForEach(request => request.Success).SetValidator(operation).OverridePropertyName("success");
        RuleForEach(request => request.Failure).SetValidator(operation).OverridePropertyName("failure");
        RuleFor(request => request)
            .Must(request => request.IdempotencyKey is null
                || request.Success.Concat(request.Failure).All(one => !one.Kind.IsRead()))
            .WithMessage(
                "A transaction with an Idempotency-Key must not read: a repetition could not return the same values")
            .OverridePropertyName("Idempotency-Key");
        this.RuleForTenant(limits);
    }
}

internal sealed class ExecuteTransactionHandler(
    IKeyValueTransactions transactions, IKeyValueRepository keyValues, Limits limits, IMapper mapper)
    : IRequestHandler<ExecuteTransaction, TransactionResult>
{
    public async Task<TransactionResult> Handle(ExecuteTransaction request, CancellationToken cancellationToken)
    {
        var transaction = new KeyTransaction(
            [.. request.Compare.Select(one => new KeyCondition(Key.Parse(one.Key), one.Condition, one.Value))],
            [.. request.Success.Select(one => one.ToOperation(limits))],
            [.. request.Failure.Select(one => one.ToOperation(limits))]);
        transaction.RefuseDoubleWrites();
        var tenant = request.Tenant();
        foreach (var branch in new[] { request.Success, request.Failure })
            await ResultBudget.Require(
                branch, limits, key => keyValues.Get(tenant, Key.Parse(key), default, cancellationToken));
        var once = Fingerprint.Of(request.IdempotencyKey, "POST /txn", request.AddTo);
        var outcome = await transactions.Commit(tenant, transaction, once, cancellationToken);
        return new TransactionResult(
            outcome.Succeeded, outcome.Revision,
            [.. outcome.Results.Select(result => result is null ? null : mapper.Map<KeyValueDto>(result))],
            outcome.FoundRevisions, outcome.IsReplayed);
    }
}
