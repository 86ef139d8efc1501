namespace Kv.Application.KeyValues;

/// <summary>Counts the keys with a prefix; all keys when it is empty.</summary>
public sealed record CountKeyValues(string Namespace, string AppName, string Prefix)
    : IRequest<KeyValueCount>, IPrefixRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Prefix);
}

/// <summary>A number of keys.</summary>
public sealed record KeyValueCount(long Count, long Revision);

internal sealed class CountKeyValuesValidator(Limits limits) : PrefixValidator<CountKeyValues>(limits);

internal sealed class CountKeyValuesHandler(IKeyValueListings keyValues)
    : IRequestHandler<CountKeyValues, KeyValueCount>
{
    public async Task<KeyValueCount> Handle(CountKeyValues request, CancellationToken cancellationToken)
    {
        var (count, revision) = await keyValues.Count(request.Tenant(), request.Prefix, cancellationToken);
        return new KeyValueCount(count, revision);
    }
}
