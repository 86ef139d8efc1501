using AutoMapper;
using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Reads one key; the answer is null when there is none.</summary>
public sealed record GetKeyValue(string Namespace, string AppName, string Key)
    : IRequest<KeyValueDto?>, ITenantRequest;

internal sealed class GetKeyValueValidator : AbstractValidator<GetKeyValue>
{
    public GetKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class GetKeyValueHandler(IKeyValueRepository keyValues, IMapper mapper)
    : IRequestHandler<GetKeyValue, KeyValueDto?>
{
    public async Task<KeyValueDto?> Handle(GetKeyValue request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        var keyValue = await keyValues.Get(tenant, Domain.KeyValues.Key.Of(request.Key), cancellationToken);
        return keyValue is null ? null : mapper.Map<KeyValueDto>(keyValue);
    }
}
