using Kv.Application.Access;

namespace Kv.Api.Access;

/// <summary>Takes Kv's own API keys.</summary>
internal sealed class ApiKeyAuthenticator(IApiKeyAuthentication keys) : IAuthenticator
{
    public async ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken) =>
        await keys.Find(credential, cancellationToken) is { } key ? new Identity(key.Id, key.Grants) : null;
}
