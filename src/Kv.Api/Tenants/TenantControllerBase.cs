using FluentValidation;

namespace Kv.Api.Tenants;

/// <summary>A controller whose calls concern one tenant.</summary>
/// <remarks>Validators check the names: here they are as the request has them.</remarks>
public abstract class TenantControllerBase(TenantHeaders tenants) : ControllerBase
{
    private (string Namespace, string AppName)? _tenant;

    /// <summary>The namespace of the request.</summary>
    /// <exception cref="ValidationException">The request names its tenant twice.</exception>
    protected string Namespace => Tenant.Namespace;

    /// <summary>The app name of the request.</summary>
    /// <exception cref="ValidationException">The request names its tenant twice.</exception>
    protected string AppName => Tenant.AppName;

    private (string Namespace, string AppName) Tenant => _tenant ??= tenants.Read(Request);
}
