namespace Kv.Application.Audit;

/// <summary>Logs refused requests. It is registered only if the audit is enabled.</summary>
public interface IAccessAudit
{
    /// <summary>Logs a request without a credential or with an invalid one (401).</summary>
    /// <param name="call">The HTTP method and the route.</param>
    /// <param name="nameSpace">
    /// The namespace in the request, not validated; null for a request without a tenant.
    /// </param>
    /// <param name="appName">The app in the request, likewise.</param>
    void Unauthenticated(string call, string? nameSpace, string? appName);

    /// <summary>Logs a request that its credential does not allow (403).</summary>
    /// <inheritdoc cref="Unauthenticated"/>
    void Denied(string call, string? nameSpace, string? appName);
}
