namespace Kv.Api.Tenants;

/// <summary>
/// Marks a call that accepts the tenant in the query string, because a browser's <c>EventSource</c> cannot set headers.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TenantInQueryAttribute : Attribute;
