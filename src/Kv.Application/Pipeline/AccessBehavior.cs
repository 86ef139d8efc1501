namespace Kv.Application.Pipeline;

/// <summary>
/// Refuses requests that the caller's grants do not allow. It runs after validation, so keys and names are valid here;
/// validation reveals nothing, because it depends only on the request.
/// </summary>
internal sealed class AccessBehavior<TRequest, TResponse>(ICaller caller) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    /// <exception cref="AccessDeniedException">The caller's grants do not allow the request.</exception>
    /// <exception cref="CredentialEndedException">The caller's credential was revoked or has expired.</exception>
    public Task<TResponse> Handle(
        TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var grants = caller.Grants(cancellationToken);
        return grants is { IsCompletedSuccessfully: true, Result: var known }
            ? Check(request, known, next)
            : CheckLater(request, grants, next);
    }

    private static Task<TResponse> Check(TRequest request, Grants grants, RequestHandlerDelegate<TResponse> next) =>
        request is IGuardedRequest guarded && guarded.IsAllowedTo(grants)
            ? next()
            : Task.FromException<TResponse>(AccessDeniedException.For(request));

    private static async Task<TResponse> CheckLater(
        TRequest request, ValueTask<Grants> grants, RequestHandlerDelegate<TResponse> next) =>
        await Check(request, await grants, next);
}
