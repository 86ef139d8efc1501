namespace Kv.Application.Audit;

/// <summary>Where it is told who was turned away. It is there only where the audit is asked for.</summary>
public interface IAccessAudit
{
    /// <summary>A request came without a credential, or with one that is no good (401).</summary>
    /// <param name="asked">The method and the route.</param>
    /// <param name="nameSpace">The namespace that it named, whatever the text; null where it is about no tenant, or named none.</param>
    /// <param name="appName">The app that it named, likewise.</param>
    void Unauthenticated(string asked, string? nameSpace, string? appName);

    /// <summary>A request asked for what its credential does not allow (403).</summary>
    /// <inheritdoc cref="Unauthenticated"/>
    void Denied(string asked, string? nameSpace, string? appName);
}
