using Kv.Domain.Access;
using Kv.Domain.Storage;

namespace Kv.Application.Access;

/// <summary>Tells whose an API key is.</summary>
public interface IApiKeyAuthentication
{
    /// <summary>The key of a text that a caller sent; null when there is none, or when it has expired.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be asked.</exception>
    ValueTask<ApiKey?> Find(string text, CancellationToken cancellationToken);

    /// <summary>Reads the keys again for the next request: they were changed.</summary>
    void Forget();
}
