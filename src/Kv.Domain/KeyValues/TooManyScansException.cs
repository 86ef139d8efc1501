namespace Kv.Domain.KeyValues;

/// <summary>The limit of concurrent reads of the past is reached.</summary>
/// <param name="most">The limit.</param>
/// <param name="isOfTenant">Whether the tenant's own limit is reached, not the limit of all tenants together.</param>
public sealed class TooManyScansException(int most, bool isOfTenant) : Exception(
    $"{most} calls{(isOfTenant ? " of this namespace and app" : "")} already read the past; "
    + "repeat this call later, with the same cursor.")
{
    /// <summary>Whether the tenant's own limit is reached, not the limit of all tenants together.</summary>
    public bool IsOfTenant { get; } = isOfTenant;
}
