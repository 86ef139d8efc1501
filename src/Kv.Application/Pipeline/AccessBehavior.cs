using Kv.Application.Access;
using MediatR;

namespace Kv.Application.Pipeline;

/// <summary>
/// Refuses what the caller may not do, before the handler sees it. It stands behind validation, whose answers depend on the
/// request alone, so that keys and names are known to be ones here.
/// </summary>
internal sealed class AccessBehavior<TRequest, TResponse>(ICaller caller) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    /// <exception cref="AccessDeniedException">The caller may not do it.</exception>
    public Task<TResponse> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        request is IGuardedRequest guarded && guarded.IsAllowedTo(caller.Grants)
            ? next()
            : Task.FromException<TResponse>(new AccessDeniedException());
}
