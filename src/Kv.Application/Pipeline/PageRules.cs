namespace Kv.Application.Pipeline;

/// <summary>Rules for requests with pages.</summary>
internal static class PageRules
{
    public static IRuleBuilderOptions<TRequest, int> PageLimit<TRequest>(
        this IRuleBuilder<TRequest, int> rule, int max) =>
        rule.Must(limit => limit >= 1 && limit <= max).WithMessage($"Limit must be between 1 and {max}");
}
