using FluentValidation.Results;

namespace Kv.Application.Pipeline;

/// <summary>Errors of requests with an invalid field.</summary>
public static class InvalidInput
{
    /// <summary>Creates the exception that refuses the request.</summary>
    /// <param name="field">The field, as the caller names it: a member of the body, a parameter or a header.</param>
    /// <param name="message">The error, with advice for the caller.</param>
    public static ValidationException In(string field, string message) => new([new ValidationFailure(field, message)]);
}
