using Kv.Application.Idempotency;
using Kv.Domain.Transactions;

namespace Kv.Application.KeyValues;

/// <summary>Sets a key, whether or not it exists, if the condition holds.</summary>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="ContentType">The media type of the value; null for none.</param>
public sealed record SetKeyValue(
    string Namespace, string AppName, string Key, ReadOnlyMemory<byte> Value, TimeToLive Ttl = default,
    string? ContentType = null, Precondition Condition = default, string? IdempotencyKey = null)
    : IRequest<WriteResult>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Write, this, Key);
}

internal sealed class SetKeyValueValidator : AbstractValidator<SetKeyValue>
{
    public SetKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).WritableKey(limits);
        RuleFor(request => request.Value).Value(limits);
        RuleFor(request => request.Ttl).Ttl(limits);
        RuleFor(request => request.ContentType).ContentType();
        this.RuleForTenant(limits);
    }
}

internal sealed class SetKeyValueHandler(
    IKeyValueRepository keyValues, IKeyValueTransactions transactions, Limits limits, IMapper mapper)
    : IRequestHandler<SetKeyValue, WriteResult>
{
    public async Task<WriteResult> Handle(SetKeyValue request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var key = Domain.KeyValues.Key.Parse(request.Key);
        var options = new SetOptions(request.Ttl.In(limits), request.ContentType, request.Condition);
        if (request.IdempotencyKey is not null)
            return await SetOnce(tenant, key, request, options, cancellationToken);
        return mapper.ToWriteResult(await keyValues.Set(tenant, key, request.Value, options, cancellationToken));
    }

    private async Task<WriteResult> SetOnce(
        Tenant tenant, Key key, SetKeyValue request, SetOptions options, CancellationToken cancellationToken)
    {
        var input = new KeyOperationInput(
            KeyOperationKind.Set, request.Key, request.Value, request.Ttl, request.ContentType, request.Condition);
        var once = Fingerprint.Of(request.IdempotencyKey, "POST /kv", input.AddTo);
        var transaction = new KeyTransaction(
            options.Condition == Precondition.None ? [] : [new KeyCondition(key, options.Condition)],
            [new KeyOperation(KeyOperationKind.Set, key, request.Value, options)],
            []);
        var outcome = await transactions.Commit(tenant, transaction, once, cancellationToken);
        var write = new KeyValueWrite(
            outcome.Succeeded, outcome.Revision, outcome.FoundRevisions?[0] ?? 0,
            outcome.Succeeded ? outcome.Results[0] : null);
        return mapper.ToWriteResult(write) with { IsReplayed = outcome.IsReplayed };
    }
}
