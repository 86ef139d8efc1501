namespace Kv.Application.Tenants;

/// <summary>A request within one tenant.</summary>
internal interface ITenantRequest
{
    string Namespace { get; }

    string AppName { get; }
}

internal static class TenantRequests
{
    /// <summary>The tenant of a request. Its names are valid after validation.</summary>
    public static Tenant Tenant(this ITenantRequest request) => new(request.Namespace, request.AppName);
}

/// <summary>The validator of a request that has only a tenant to validate.</summary>
internal abstract class TenantValidator<TRequest> : AbstractValidator<TRequest>
    where TRequest : ITenantRequest
{
    protected TenantValidator(Limits limits) => this.RuleForTenant(limits);
}

/// <summary>Rules for the tenant of a request.</summary>
internal static class TenantRules
{
    public static void RuleForTenant<TRequest>(this AbstractValidator<TRequest> validator, Limits limits)
        where TRequest : ITenantRequest
    {
        validator.RuleFor(request => request.Namespace).Name("Namespace", limits.MaxNamespaceLength);
        validator.RuleFor(request => request.AppName).Name("App name", limits.MaxAppNameLength);
    }

    private static void Name<TRequest>(
        this IRuleBuilderInitial<TRequest, string> rule, string what, int maxLength) => rule
        .Cascade(CascadeMode.Stop)
        .Must(name => name.Length > 0).WithMessage($"{what} must not be empty")
        .Must(name => Text.Length(name) <= maxLength).WithMessage($"{what} too long (max {maxLength} characters)")
        .Must(Tenant.IsName).WithMessage($"{what} must not contain '/', '*' or control characters");
}
