using Kv.Application.Access;

namespace Kv.Api.Access;

/// <summary>Authenticates Kv's own API keys.</summary>
internal sealed class ApiKeyAuthenticator(ApiKeyAuthentication keys) : IAuthenticator
{
    public async ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken) =>
        await keys.Find(credential, cancellationToken) is { } key ? new Identity(key.Principal, key.Grants) : null;
}
