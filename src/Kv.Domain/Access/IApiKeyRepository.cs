using Kv.Domain.Storage;

namespace Kv.Domain.Access;

/// <summary>
/// The API keys of the deployment. Every method throws <see cref="StoreUnavailableException"/> when the store cannot be asked in
/// time.
/// </summary>
public interface IApiKeyRepository
{
    /// <summary>Adds a key under its id, which is new.</summary>
    Task Add(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Reads all keys, expired ones too, in the order in which they were made.</summary>
    Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken);

    /// <summary>Deletes a key.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> Delete(string id, CancellationToken cancellationToken);
}
