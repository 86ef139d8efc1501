using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Counts the keys that start with a prefix, all of them when it is empty.</summary>
public sealed record CountKeyValues(string Namespace, string AppName, string Prefix) : IRequest<KeyValueCount>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Prefix);
}

/// <summary>How many keys there are.</summary>
/// <param name="Count">How many.</param>
/// <param name="Revision">The revision of the store at which they were counted.</param>
public sealed record KeyValueCount(long Count, long Revision);

internal sealed class CountKeyValuesValidator : AbstractValidator<CountKeyValues>
{
    public CountKeyValuesValidator(Limits limits)
    {
        RuleFor(request => request.Prefix).KeyPrefix(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class CountKeyValuesHandler(IKeyValueListings keyValues) : IRequestHandler<CountKeyValues, KeyValueCount>
{
    public async Task<KeyValueCount> Handle(CountKeyValues request, CancellationToken cancellationToken)
    {
        var (count, revision) = await keyValues.Count(
            Tenant.Of(request.Namespace, request.AppName), request.Prefix, cancellationToken);
        return new KeyValueCount(count, revision);
    }
}
