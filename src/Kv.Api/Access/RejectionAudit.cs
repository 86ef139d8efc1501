using FluentValidation;
using Kv.Api.Errors;
using Kv.Api.Tenants;
using Kv.Application.Audit;

namespace Kv.Api.Access;

/// <summary>Reports refused requests to the audit, if it is enabled.</summary>
internal sealed class RejectionAudit(TenantHeaders tenants, IAccessAudit? audit = null)
{
    /// <summary>Reports a request without a valid credential (401).</summary>
    public void Unauthenticated(HttpContext context) => Report(context, audit is null ? null : audit.Unauthenticated);

    /// <summary>Reports a request that its credential does not allow (403).</summary>
    public void Denied(HttpContext context) => Report(context, audit is null ? null : audit.Denied);

    private void Report(HttpContext context, Action<string, string?, string?>? log)
    {
        if (log is null)
            return;
        var (space, app) = Tenant(context);
        log(context.MethodAndRoute(), space, app);
    }

    private (string? Namespace, string? AppName) Tenant(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<TenantlessAttribute>() is not null)
            return (null, null);
        try
        {
            return tenants.Read(context.Request);
        }
        catch (ValidationException)
        {
            // Ambiguous tenant headers. The request gets its 400 elsewhere.
            return (null, null);
        }
    }
}
