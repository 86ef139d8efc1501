namespace Kv.Application.KeyValues;

/// <summary>Deletes a key if the condition holds. Deleting a key that does not exist changes nothing.</summary>
public sealed record DeleteKeyValue(string Namespace, string AppName, string Key, Precondition Condition = default)
    : IRequest<WriteResult>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Delete, this, Key);
}

internal sealed class DeleteKeyValueValidator : AbstractValidator<DeleteKeyValue>
{
    public DeleteKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class DeleteKeyValueHandler(IKeyValueRepository keyValues, IMapper mapper)
    : IRequestHandler<DeleteKeyValue, WriteResult>
{
    public async Task<WriteResult> Handle(DeleteKeyValue request, CancellationToken cancellationToken) =>
        mapper.ToWriteResult(await keyValues.Delete(
            request.Tenant(), Key.Parse(request.Key), request.Condition, cancellationToken));
}
