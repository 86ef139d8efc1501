using AutoMapper;
using FluentValidation;
using FluentValidation.Results;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Does many things with keys, each by itself: one that fails leaves the others as they are.</summary>
public sealed record ExecuteBulk(string Namespace, string AppName, IReadOnlyList<KeyOperationInput> Operations)
    : IRequest<IReadOnlyList<BulkResult>>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => Operations.All(one => caller.Allow(one.Verb, this, one.Key));
}

/// <summary>What became of one of them.</summary>
/// <param name="Change">Of one that was to write; null for one that was to read, or failed.</param>
/// <param name="Lookup">Of one that was to read; null for one that was to write, or failed.</param>
/// <param name="Invalid">What is wrong with it; null when nothing is.</param>
/// <param name="Failure">How the store failed it; null when it did not.</param>
public sealed record BulkResult(
    KeyValueChange? Change = null, KeyValueLookup? Lookup = null, IReadOnlyList<ValidationFailure>? Invalid = null,
    StoreException? Failure = null);

internal sealed class ExecuteBulkValidator : AbstractValidator<ExecuteBulk>
{
    private const int MaxOperations = 1000;

    public ExecuteBulkValidator(Limits limits)
    {
        // Each operation is judged by itself, and answered by itself.
        RuleFor(request => request.Operations)
            .Must(operations => operations.Count is >= 1 and <= MaxOperations)
            .WithMessage($"There must be 1 to {MaxOperations} operations").OverridePropertyName("body");
        this.RuleForTenant(limits);
    }
}

internal sealed class ExecuteBulkHandler(
    IKeyValueRepository keyValues, IValidator<KeyOperationInput> validator, Limits limits, IMapper mapper)
    : IRequestHandler<ExecuteBulk, IReadOnlyList<BulkResult>>
{
    // As many as share a batch of the store, twice over: one is under way while another gathers.
    private const int MaxConcurrent = 200;

    public async Task<IReadOnlyList<BulkResult>> Handle(ExecuteBulk request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        var results = new BulkResult[request.Operations.Count];
        // Those of one key go one after the other, in their order.
        var keys = request.Operations
            .Select((operation, index) => (operation, index))
            .GroupBy(one => one.operation.Key, StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(keys, options, async (key, cancel) =>
        {
            foreach (var (operation, index) in key)
                results[index] = await Execute(tenant, operation, cancel);
        });
        return results;
    }

    private async Task<BulkResult> Execute(Tenant tenant, KeyOperationInput operation, CancellationToken cancellationToken)
    {
        var validation = validator.Validate(operation);
        if (!validation.IsValid)
            return new BulkResult(Invalid: validation.Errors);
        var key = Key.Of(operation.Key);
        try
        {
            switch (operation.Kind)
            {
                case KeyOperationKind.Get:
                    var read = await keyValues.Get(tenant, key, default, cancellationToken);
                    return new BulkResult(Lookup: new KeyValueLookup(
                        read.KeyValue is null ? null : mapper.Map<KeyValueDto>(read.KeyValue), read.Revision));
                case KeyOperationKind.Set:
                    var options = operation.ToOperation(limits).Options;
                    return new BulkResult(mapper.ToChange(
                        await keyValues.Set(tenant, key, operation.Value, options, cancellationToken)));
                default:
                    return new BulkResult(mapper.ToChange(
                        await keyValues.Delete(tenant, key, operation.Condition, cancellationToken)));
            }
        }
        catch (StoreException failure)
        {
            return new BulkResult(Failure: failure);
        }
    }
}
