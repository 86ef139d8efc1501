namespace Kv.Application.Pipeline;

/// <summary>
/// A request that declares which grants its caller needs. A request without this interface is refused to every caller.
/// </summary>
internal interface IGuardedRequest
{
    /// <summary>
    /// Whether these grants allow the request. The keys that it checks must be those that the handler uses.
    /// </summary>
    bool IsAllowedTo(Grants caller);
}

/// <summary>A request that only an administrator may send.</summary>
internal interface IAdministrativeRequest : IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.IsAdministrator;
}

/// <summary>A request about a tenant's webhooks or their deliveries.</summary>
internal interface IWebhookOwnerRequest : ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

/// <summary>Checks grants within the request's tenant.</summary>
internal static class GuardedRequests
{
    /// <summary>
    /// Whether a verb is allowed on a key, or on all keys with a prefix (all keys of the tenant when it is empty).
    /// </summary>
    public static bool Allow(this Grants caller, AccessVerbs verb, ITenantRequest request, string keyOrPrefix = "") =>
        caller.Allow(verb, request.Namespace, request.AppName, keyOrPrefix);
}
