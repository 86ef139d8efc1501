using Kv.Application.Tenants;
using Kv.Domain.Access;

namespace Kv.Application.Access;

/// <summary>A request that says what its caller must be allowed to do. One that does not say it is refused to everybody.</summary>
internal interface IGuardedRequest
{
    /// <summary>Whether a caller with these grants may do it: by the very keys that the handler goes by.</summary>
    bool IsAllowedTo(Grants caller);
}

/// <summary>What requests ask of the grants of their callers, about their own tenant.</summary>
internal static class GuardedRequests
{
    /// <summary>Whether a verb is allowed on a key, or on all keys that start with a text (all of the tenant's when it is empty).</summary>
    public static bool Allow(this Grants caller, AccessVerbs verb, ITenantRequest request, string keyOrPrefix = "") =>
        caller.Allow(verb, request.Namespace, request.AppName, keyOrPrefix);
}
