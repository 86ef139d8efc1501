namespace Kv.Application.KeyValues;

/// <summary>Reads one key.</summary>
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
        var key = Domain.KeyValues.Key.Parse(request.Key);
        return mapper.ToReadResult(await keyValues.Get(request.Tenant(), key, request.Options, cancellationToken));
    }
}
