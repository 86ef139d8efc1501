using FluentValidation;
using Kv.Api.Tenants;
using Kv.Application.Audit;

namespace Kv.Api.Access;

/// <summary>Tells the audit, where there is one, of requests that are turned away.</summary>
internal sealed class TurnedAway(TenantHeaders tenants, IAccessAudit? audit = null)
{
    /// <summary>Nobody is known to have made the request (401).</summary>
    public void Unauthenticated(HttpContext context)
    {
        if (audit is null)
            return;
        var (space, app) = Tenant(context);
        audit.Unauthenticated(Asked(context), space, app);
    }

    /// <summary>Whoever made the request may not do it (403).</summary>
    public void Denied(HttpContext context)
    {
        if (audit is null)
            return;
        var (space, app) = Tenant(context);
        audit.Denied(Asked(context), space, app);
    }

    // The route as Kv has it: a path is the caller's, and tells keys.
    private static string Asked(HttpContext context) => context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route }
        ? $"{context.Request.Method} /{route.TrimStart('/')}"
        : context.Request.Method;

    private (string? Namespace, string? AppName) Tenant(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AdministrativeAttribute>() is not null)
            return (null, null);
        try
        {
            return tenants.Read(context.Request);
        }
        catch (ValidationException)
        {
            // Two are named, so none is; that is for another answer to say.
            return (null, null);
        }
    }
}
