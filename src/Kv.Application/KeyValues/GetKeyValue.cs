using AutoMapper;
using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Reads one key.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="Options">The read options.</param>
public sealed record GetKeyValue(string Namespace, string AppName, string Key, ReadOptions Options = default)
    : IRequest<ReadResult>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Key);
}

internal sealed class GetKeyValueValidator : AbstractValidator<GetKeyValue>
{
    public GetKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        RuleFor(request => request.Options.AtRevision)
            .Must(revision => revision >= 0).WithMessage("Revision must be 1 or more").OverridePropertyName("revision");
        this.RuleForTenant(limits);
    }
}

internal sealed class GetKeyValueHandler(IKeyValueRepository keyValues, IMapper mapper)
    : IRequestHandler<GetKeyValue, ReadResult>
{
    public async Task<ReadResult> Handle(GetKeyValue request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var read = await keyValues.Get(
            tenant, Domain.KeyValues.Key.Parse(request.Key), request.Options, cancellationToken);
        return mapper.ToReadResult(read);
    }
}
