namespace Kv.Api.Access;

/// <summary>Marks a controller of the deployment, without a tenant. Only administrators may call it.</summary>
internal sealed class AdministrativeAttribute : TenantlessAttribute;
