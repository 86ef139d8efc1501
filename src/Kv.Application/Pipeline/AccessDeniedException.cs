namespace Kv.Application.Pipeline;

/// <summary>
/// The caller is not allowed to do this. The message contains only the request's tenant and verbs, and nothing about
/// stored data.
/// </summary>
public sealed class AccessDeniedException(string message) : Exception(message)
{
    private static readonly AccessVerbs[] Verbs =
        [AccessVerbs.Read, AccessVerbs.Write, AccessVerbs.Delete, AccessVerbs.Webhooks];

    /// <summary>Creates the error of a request that requires an administrator.</summary>
    public static AccessDeniedException Administrative() => new("Only an administrator may do this.");

    /// <summary>Creates the error of a request about a tenant's data.</summary>
    /// <param name="verbs">
    /// The required verbs; <see cref="AccessVerbs.None"/> when the credentials allow nothing in the tenant.
    /// </param>
    public static AccessDeniedException InTenant(string @namespace, string appName, AccessVerbs verbs) => new(
        verbs == AccessVerbs.None
            ? $"The credentials allow nothing in namespace '{@namespace}' and app '{appName}'."
            : $"The credentials do not allow {string.Join(" and ", AccessVerbNames.From(verbs))} "
                + $"on these keys of namespace '{@namespace}' "
                + $"and app '{appName}'.");

    internal static AccessDeniedException For(object request) =>
        request is IGuardedRequest guarded and ITenantRequest tenant && guarded.IsAllowedTo(With(AccessVerbs.All))
            ? InTenant(tenant.Namespace, tenant.AppName, Needed(guarded))
            : Administrative();

    // A verb is required if a caller with all other verbs is refused.
    private static AccessVerbs Needed(IGuardedRequest request) => Verbs
        .Where(verb => !request.IsAllowedTo(With(AccessVerbs.All & ~verb)))
        .Aggregate(AccessVerbs.None, (needed, verb) => needed | verb);

    private static Grants With(AccessVerbs verbs) =>
        new(isAdministrator: false, [new Grant(Grant.Any, Grant.Any, "", verbs)]);
}
