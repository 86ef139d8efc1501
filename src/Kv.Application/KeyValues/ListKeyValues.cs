using System.Runtime.CompilerServices;
using AutoMapper;
using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>
/// Reads every key that starts with a prefix (all keys when it is empty), in key order, as they stood at one revision.
/// The answer is null when there are none, and is read from the store while it is enumerated.
/// </summary>
public sealed record ListKeyValues(string Namespace, string AppName, string Prefix)
    : IRequest<IAsyncEnumerable<KeyValueDto>?>, ITenantRequest;

internal sealed class ListKeyValuesValidator : AbstractValidator<ListKeyValues>
{
    public ListKeyValuesValidator(Limits limits)
    {
        RuleFor(request => request.Prefix).KeyPrefix(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class ListKeyValuesHandler(IKeyValueRepository keyValues, IMapper mapper)
    : IRequestHandler<ListKeyValues, IAsyncEnumerable<KeyValueDto>?>
{
    public async Task<IAsyncEnumerable<KeyValueDto>?> Handle(ListKeyValues request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        var listing = keyValues.List(tenant, request.Prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasAny = false;
        try
        {
            // The first key is read here, so that "none" and a store that is away can still be answered as such.
            hasAny = await listing.MoveNextAsync();
            return hasAny ? Rest(listing, cancellationToken) : null;
        }
        finally
        {
            if (!hasAny)
                await listing.DisposeAsync();
        }
    }

    private async IAsyncEnumerable<KeyValueDto> Rest(
        IAsyncEnumerator<KeyValue> listing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (listing)
        {
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return mapper.Map<KeyValueDto>(listing.Current);
            }
            while (await listing.MoveNextAsync());
        }
    }
}
