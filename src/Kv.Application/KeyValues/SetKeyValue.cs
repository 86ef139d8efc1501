using AutoMapper;
using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Sets a key, whether or not it exists.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="Ttl">Seconds until the key expires; 0 or null takes the deployment's default, which may be never.</param>
public sealed record SetKeyValue(string Namespace, string AppName, string Key, ReadOnlyMemory<byte> Value, long? Ttl)
    : IRequest<KeyValueDto>, ITenantRequest;

internal sealed class SetKeyValueValidator : AbstractValidator<SetKeyValue>
{
    public SetKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).WritableKey(limits);
        RuleFor(request => request.Value)
            .Must(value => value.Length <= limits.MaxValueBytes)
            .WithMessage($"Value too large (max {limits.MaxValueBytes} bytes)");
        RuleFor(request => request.Ttl)
            .Must(ttl => ttl is null || (ttl >= 0 && ttl <= limits.MaxTtlSeconds))
            .WithMessage($"TTL must be between 0 and {limits.MaxTtlSeconds} seconds");
        this.RuleForTenant(limits);
    }
}

internal sealed class SetKeyValueHandler(IKeyValueRepository keyValues, Limits limits, IMapper mapper)
    : IRequestHandler<SetKeyValue, KeyValueDto>
{
    public async Task<KeyValueDto> Handle(SetKeyValue request, CancellationToken cancellationToken)
    {
        var ttl = request.Ttl is { } asked and > 0 ? asked : limits.DefaultTtlSeconds;
        var keyValue = await keyValues.Set(
            Tenant.Of(request.Namespace, request.AppName),
            Domain.KeyValues.Key.Of(request.Key),
            request.Value,
            ttl > 0 ? ttl : null,
            cancellationToken);
        return mapper.Map<KeyValueDto>(keyValue);
    }
}
