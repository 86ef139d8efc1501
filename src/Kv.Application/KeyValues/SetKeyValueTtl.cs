using AutoMapper;
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
/// Changes how long a key lives from now on, if the condition holds, and leaves its value as it is. The answer is null when
/// there is no such key and no condition asks for one.
/// </summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="Ttl">Seconds until the key expires; 0 takes the deployment's default, null is for never.</param>
/// <param name="Condition">What must hold for it to be done.</param>
public sealed record SetKeyValueTtl(
    string Namespace, string AppName, string Key, long? Ttl, Precondition Condition = default)
    : IRequest<KeyValueChange?>, ITenantRequest, IGuardedRequest
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
    : IRequestHandler<SetKeyValueTtl, KeyValueChange?>
{
    public async Task<KeyValueChange?> Handle(SetKeyValueTtl request, CancellationToken cancellationToken)
    {
        var write = await keyValues.SetTtl(
            Tenant.Of(request.Namespace, request.AppName),
            Domain.KeyValues.Key.Of(request.Key),
            request.Ttl is null ? null : limits.TtlOf(request.Ttl),
            request.Condition,
            cancellationToken);
        var isNowhere = write is { IsApplied: false, FoundRevision: 0 };
        return isNowhere && request.Condition.Kind == PreconditionKind.None ? null : mapper.ToChange(write);
    }
}
