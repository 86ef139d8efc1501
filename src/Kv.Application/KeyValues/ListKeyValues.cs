using System.Runtime.CompilerServices;

namespace Kv.Application.KeyValues;

/// <summary>Reads every key with a prefix (all keys when it is empty), in key order, at one revision.</summary>
/// <param name="WithContentTypes">Whether to read the content types as well.</param>
public sealed record ListKeyValues(string Namespace, string AppName, string Prefix, bool WithContentTypes = false)
    : IRequest<KeyValueSequence>, IPrefixRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Prefix);
}

/// <summary>Keys at one revision.</summary>
/// <param name="KeyValues">The keys, read from the store during the enumeration; null when no key matches.</param>
public sealed record KeyValueSequence(long Revision, IAsyncEnumerable<KeyValueDto>? KeyValues);

internal sealed class ListKeyValuesValidator(Limits limits) : PrefixValidator<ListKeyValues>(limits);

internal sealed class ListKeyValuesHandler(IKeyValueListings keyValues, IMapper mapper)
    : IRequestHandler<ListKeyValues, KeyValueSequence>
{
    public async Task<KeyValueSequence> Handle(ListKeyValues request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var found = await keyValues.List(tenant, request.Prefix, request.WithContentTypes, cancellationToken);
        var listing = found.KeyValues.GetAsyncEnumerator(cancellationToken);
        var hasAny = false;
        try
        {
            // Read the first key before the response begins, so that an empty result and an unavailable store get their
            // status.
            hasAny = await listing.MoveNextAsync();
            return new KeyValueSequence(found.Revision, hasAny ? Rest(listing, cancellationToken) : null);
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
