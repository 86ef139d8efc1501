namespace Kv.Api.Access;

/// <summary>
/// Marks a controller whose calls do not concern one tenant, so the tenant headers do not restrict it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal class TenantlessAttribute : Attribute;

/// <summary>Marks a controller of the deployment, without a tenant. Only administrators may call it.</summary>
internal sealed class AdministrativeAttribute : TenantlessAttribute;
