using System.Runtime.CompilerServices;
using Kv.Api.Errors;
using Kv.Application.KeyValues;
using Kv.Domain.Storage;

namespace Kv.Api.KeyValues;

/// <summary>Sends listings out while they are read from the store.</summary>
public sealed class ListingStreams(StoreFailureLog storeFailures)
{
    /// <summary>The keys as the API shows them. When the store fails on the way, the answer is broken off.</summary>
    public async IAsyncEnumerable<StoredKeyValue> Stream(
        IAsyncEnumerable<KeyValueDto> listing, HttpContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var keys = listing.GetAsyncEnumerator(cancellationToken);
        while (await MoveNext(keys, context))
            yield return StoredKeyValue.Of(keys.Current);
    }

    // The answer has begun to go out as a good one: all that can still be said is that it broke off.
    private async ValueTask<bool> MoveNext(IAsyncEnumerator<KeyValueDto> keys, HttpContext context)
    {
        try
        {
            return await keys.MoveNextAsync();
        }
        catch (StoreException failure)
        {
            storeFailures.Log(failure);
            context.Abort();
            return false;
        }
    }
}
