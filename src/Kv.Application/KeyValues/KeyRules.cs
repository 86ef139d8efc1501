namespace Kv.Application.KeyValues;

/// <summary>A request about the keys with a prefix.</summary>
internal interface IPrefixRequest : ITenantRequest
{
    string Prefix { get; }
}

/// <summary>The validator of a request that has only a tenant and a prefix to validate.</summary>
internal abstract class PrefixValidator<TRequest> : AbstractValidator<TRequest>
    where TRequest : IPrefixRequest
{
    protected PrefixValidator(Limits limits)
    {
        RuleFor(request => request.Prefix).KeyPrefix(limits);
        this.RuleForTenant(limits);
    }
}

/// <summary>Rules for the key of a request.</summary>
internal static class KeyRules
{
    /// <summary>Requires a key that can be read.</summary>
    public static IRuleBuilderOptions<TRequest, string> Key<TRequest>(
        this IRuleBuilderInitial<TRequest, string> rule, Limits limits) => rule
        .Cascade(CascadeMode.Stop)
        .Must(key => key.Length > 0).WithMessage("Key must not be empty")
        .Text(limits);

    /// <summary>
    /// Requires a key that can be written: it must be readable by name and printable in logs and URLs.
    /// </summary>
    public static IRuleBuilderOptions<TRequest, string> WritableKey<TRequest>(
        this IRuleBuilderInitial<TRequest, string> rule, Limits limits) => rule
        .Key(limits)
        .Must(key => !key.EndsWith(Domain.KeyValues.Key.Wildcard)).WithMessage("Key must not end in '*'")
        .Must(key => !Domain.Text.HasControlCharacter(key)).WithMessage("Key must not contain control characters");

    /// <summary>Requires a valid prefix. The empty prefix selects every key.</summary>
    public static IRuleBuilderOptions<TRequest, string> KeyPrefix<TRequest>(
        this IRuleBuilderInitial<TRequest, string> rule, Limits limits) => rule
        .Cascade(CascadeMode.Stop)
        .Text(limits);

    private static IRuleBuilderOptions<TRequest, string> Text<TRequest>(
        this IRuleBuilder<TRequest, string> rule, Limits limits) => rule
        .Must(key => Domain.Text.Length(key) <= limits.MaxKeyLength)
        .WithMessage($"Key too long (max {limits.MaxKeyLength} characters)")
        .Must(Domain.Text.IsWellFormed).WithMessage("Key must be well-formed Unicode");
}
