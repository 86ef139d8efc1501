namespace Kv.Api.Access;

/// <summary>Marks a controller of the deployment, without a tenant. Only administrators may call it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AdministrativeAttribute : Attribute;
