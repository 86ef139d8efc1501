using FluentValidation;
using Kv.Domain.Access;
using MediatR;

namespace Kv.Application.Access;

/// <summary>Makes an API key good for nothing; the answer is whether there was one.</summary>
/// <param name="Id">Which it is.</param>
public sealed record RevokeApiKey(string Id) : IRequest<bool>, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.IsAdministrator;
}

internal sealed class RevokeApiKeyValidator : AbstractValidator<RevokeApiKey>;

internal sealed class RevokeApiKeyHandler(IApiKeyRepository keys, IApiKeyAuthentication authentication)
    : IRequestHandler<RevokeApiKey, bool>
{
    public async Task<bool> Handle(RevokeApiKey request, CancellationToken cancellationToken)
    {
        // Nothing is stored under what is no id.
        if (!ApiKeySecret.IsId(request.Id) || !await keys.Delete(request.Id, cancellationToken))
            return false;
        authentication.Forget();
        return true;
    }
}
