namespace Kv.Application.KeyValues;

/// <summary>
/// Reads a page of the tenants whose keys the caller may read: those that its grants name, and those that hold keys and
/// that a grant covers.
/// </summary>
/// <param name="Prefix">The prefix of the namespaces; empty for every namespace.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
public sealed record ListTenants(string Prefix, int Limit, string? Cursor) : IRequest<TenantPage>, IGuardedRequest
{
    // The grants select the tenants.
    bool IGuardedRequest.IsAllowedTo(Grants caller) => true;
}

internal sealed class ListTenantsValidator : AbstractValidator<ListTenants>
{
    private const int MaxLimit = 1000;

    public ListTenantsValidator(Limits limits)
    {
        RuleFor(request => request.Prefix)
            .Must(prefix => Text.Length(prefix) <= limits.MaxNamespaceLength)
            .WithMessage($"Prefix too long (max {limits.MaxNamespaceLength} characters)")
            .Must(prefix => prefix.Length == 0 || Tenant.IsName(prefix))
            .WithMessage("Prefix must not contain '/', '*' or control characters");
        RuleFor(request => request.Limit).PageLimit(MaxLimit);
    }
}

internal sealed class ListTenantsHandler(ITenantListings tenants, ICaller caller)
    : IRequestHandler<ListTenants, TenantPage>
{
    public async Task<TenantPage> Handle(ListTenants request, CancellationToken cancellationToken)
    {
        var grants = await caller.Grants(cancellationToken);
        return await tenants.Page(Query(request, grants), request.Cursor, cancellationToken)
            ?? throw InvalidInput.In("cursor", "Cursor must be the unchanged cursor of a page of this listing");
    }

    private static TenantQuery Query(ListTenants request, Grants grants)
    {
        var readable = grants.Granted.Where(grant => grant.Verbs.HasFlag(AccessVerbs.Read)).ToLookup(
            grant => grant.Namespace != Grant.Any && grant.AppName != Grant.Any);
        var isAnywhere = grants.IsAdministrator || readable[false].Any(grant => grant.Namespace == Grant.Any);
        return new TenantQuery(
            request.Prefix,
            [.. readable[true].Select(grant => new Tenant(grant.Namespace, grant.AppName)).Distinct()],
            isAnywhere ? null : [.. readable[false].Select(grant => grant.Namespace).Distinct(StringComparer.Ordinal)],
            tenant => grants.Cover(tenant.Namespace, tenant.AppName, AccessVerbs.Read),
            request.Limit);
    }
}
