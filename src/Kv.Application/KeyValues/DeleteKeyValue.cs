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

/// <summary>Deletes a key if the condition holds; nothing happens when there is none.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="Condition">What must hold for it to be deleted.</param>
public sealed record DeleteKeyValue(string Namespace, string AppName, string Key, Precondition Condition = default)
    : IRequest<KeyValueChange>, ITenantRequest, IGuardedRequest
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
    : IRequestHandler<DeleteKeyValue, KeyValueChange>
{
    public async Task<KeyValueChange> Handle(DeleteKeyValue request, CancellationToken cancellationToken) =>
        mapper.ToChange(await keyValues.Delete(
            Tenant.Of(request.Namespace, request.AppName), Key.Of(request.Key), request.Condition, cancellationToken));
}
