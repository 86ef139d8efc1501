namespace Kv.Application.KeyValues;

/// <summary>
/// Changes the time to live of a key, counted from now, if the condition holds, and keeps the value. The result is null
/// when the key does not exist and the request has no condition.
/// </summary>
/// <param name="Ttl">The time to live, counted from now.</param>
public sealed record SetKeyValueTtl(
    string Namespace, string AppName, string Key, TimeToLive Ttl, Precondition Condition = default)
    : IRequest<WriteResult?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Write, this, Key);
}

internal sealed class SetKeyValueTtlValidator : AbstractValidator<SetKeyValueTtl>
{
    public SetKeyValueTtlValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        RuleFor(request => request.Ttl).Ttl(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class SetKeyValueTtlHandler(IKeyValueRepository keyValues, Limits limits, IMapper mapper)
    : IRequestHandler<SetKeyValueTtl, WriteResult?>
{
    public async Task<WriteResult?> Handle(SetKeyValueTtl request, CancellationToken cancellationToken)
    {
        var key = Domain.KeyValues.Key.Parse(request.Key);
        var write = await keyValues.SetTtl(
            request.Tenant(), key, request.Ttl.In(limits), request.Condition, cancellationToken);
        var isAbsent = write is { IsApplied: false, FoundRevision: 0 };
        return isAbsent && request.Condition.Kind == PreconditionKind.None ? null : mapper.ToWriteResult(write);
    }
}
