using Kv.Domain.Storage;

namespace Kv.Application.Access;

/// <summary>Authenticates API keys.</summary>
public interface IApiKeyAuthentication
{
    /// <summary>Finds the key of a credential; null when the key is unknown or has expired.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    ValueTask<ApiKey?> Find(string text, CancellationToken cancellationToken);

    /// <summary>Discards the keys in memory after a change, so that the next request reads them again.</summary>
    void Forget();
}
