using System.Text.Json.Serialization;
using Kv.Domain.Tenants;

namespace Kv.Api.KeyValues.Contracts;

/// <summary>A page of tenants.</summary>
public sealed record TenantListing
{
    /// <summary>The tenants, in the byte order of `namespace/app`.</summary>
    public required IReadOnlyList<ListedTenant> Tenants { get; init; }

    /// <inheritdoc cref="KeyPage.Cursor"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Cursor { get; init; }

    internal static TenantListing From(TenantPage page) =>
        new() { Tenants = [.. page.Tenants.Select(ListedTenant.From)], Cursor = page.Cursor };
}

/// <summary>A tenant.</summary>
public sealed record ListedTenant
{
    /// <summary>The namespace.</summary>
    /// <example>shop</example>
    public required string Namespace { get; init; }

    /// <summary>The name of the app within it.</summary>
    /// <example>billing</example>
    public required string AppName { get; init; }

    internal static ListedTenant From(Tenant tenant) =>
        new() { Namespace = tenant.Namespace, AppName = tenant.AppName };
}
