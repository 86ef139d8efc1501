using FluentValidation.Results;

namespace Kv.Application.Pipeline;

/// <summary>Validates a request before its handler runs.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    private readonly IValidator<TRequest>[] _validators = [.. validators];

    /// <exception cref="ValidationException">A rule is violated.</exception>
    public Task<TResponse> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        List<ValidationFailure>? failures = null;
        foreach (var validator in _validators)
        {
            var result = validator.Validate(request);
            if (!result.IsValid)
                (failures ??= []).AddRange(result.Errors);
        }
        return failures is null ? next() : Task.FromException<TResponse>(new ValidationException(failures));
    }
}
