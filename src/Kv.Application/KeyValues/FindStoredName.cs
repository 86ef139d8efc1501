namespace Kv.Application.KeyValues;

/// <summary>
/// Finds the name under which a key is stored: the decoded name, or the encoded one that simple-golang-kv stored. The
/// decoded name wins unless only the encoded one exists.
/// </summary>
/// <param name="Name">The decoded name; with a wildcard at its end, a prefix.</param>
/// <param name="Encoded">The name as encoded in the path.</param>
/// <param name="Verb">The verb of the following request.</param>
public sealed record FindStoredName(string Namespace, string AppName, string Name, string Encoded, AccessVerbs Verb)
    : IRequest<string>, ITenantRequest, IGuardedRequest
{
    // The following request checks the grants for the name that is found. The handler does not reveal an encoded name
    // that the caller has no access to.
    bool IGuardedRequest.IsAllowedTo(Grants caller) => true;
}

internal sealed class FindStoredNameValidator : AbstractValidator<FindStoredName>
{
    public FindStoredNameValidator(Limits limits)
    {
        RuleFor(request => request.Name.TrimEnd(Key.Wildcard)).KeyPrefix(limits).OverridePropertyName("key");
        this.RuleForTenant(limits);
    }
}

internal sealed class FindStoredNameHandler(IKeyValueRepository keyValues, IKeyValueListings listings, ICaller caller)
    : IRequestHandler<FindStoredName, string>
{
    public async Task<string> Handle(FindStoredName request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var grants = await caller.Grants(cancellationToken);
        return grants.Allow(request.Verb, request, request.Encoded.TrimEnd(Key.Wildcard))
            && !await Exists(request.Name) && await Exists(request.Encoded)
                ? request.Encoded
                : request.Name;

        async Task<bool> Exists(string name) => name.EndsWith(Key.Wildcard)
            ? (await listings.Count(tenant, name[..^1], cancellationToken)).Count > 0
            : (await keyValues.Get(tenant, Key.Parse(name), default, cancellationToken)).KeyValue is not null;
    }
}
