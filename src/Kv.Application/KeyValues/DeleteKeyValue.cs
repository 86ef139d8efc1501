using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Deletes a key; nothing happens when there is none.</summary>
public sealed record DeleteKeyValue(string Namespace, string AppName, string Key) : IRequest, ITenantRequest;

internal sealed class DeleteKeyValueValidator : AbstractValidator<DeleteKeyValue>
{
    public DeleteKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class DeleteKeyValueHandler(IKeyValueRepository keyValues) : IRequestHandler<DeleteKeyValue>
{
    public async Task<Unit> Handle(DeleteKeyValue request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        await keyValues.Delete(tenant, Key.Of(request.Key), cancellationToken);
        return Unit.Value;
    }
}
