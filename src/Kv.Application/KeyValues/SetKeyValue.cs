using AutoMapper;
using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Sets a key, whether or not it exists, if the condition holds.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="Ttl">Seconds until the key expires; 0 or null takes the deployment's default, which may be never.</param>
/// <param name="ContentType">The media type of the value; null for none.</param>
/// <param name="Condition">What must hold for it to be set.</param>
public sealed record SetKeyValue(
    string Namespace, string AppName, string Key, ReadOnlyMemory<byte> Value, long? Ttl, string? ContentType = null,
    Precondition Condition = default)
    : IRequest<KeyValueChange>, ITenantRequest;

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

internal sealed class SetKeyValueHandler(IKeyValueRepository keyValues, Limits limits, IMapper mapper)
    : IRequestHandler<SetKeyValue, KeyValueChange>
{
    public async Task<KeyValueChange> Handle(SetKeyValue request, CancellationToken cancellationToken)
    {
        var write = await keyValues.Set(
            Tenant.Of(request.Namespace, request.AppName),
            Domain.KeyValues.Key.Of(request.Key),
            request.Value,
            new SetOptions(limits.TtlOf(request.Ttl), request.ContentType, request.Condition),
            cancellationToken);
        return mapper.ToChange(write);
    }
}
